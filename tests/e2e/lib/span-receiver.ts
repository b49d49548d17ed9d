import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

export interface Span {
  readonly traceId: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

interface WireAttribute {
  readonly key: string;
  readonly value: { stringValue?: string; intValue?: number | string; doubleValue?: number; boolValue?: boolean };
}

const readAttribute = ({ key, value }: WireAttribute): [string, string | number | boolean] => [
  key,
  value.stringValue ?? value.doubleValue ?? value.boolValue ?? Number(value.intValue),
];

/** An OTLP receiver (OpenTelemetry Protocol over HTTP with JSON) that keeps spans; `env` are a server's settings to send them here. */
export async function startSpanReceiver() {
  const spans: Span[] = [];
  const server = createServer(async (request, response) => {
    // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire
    const body = (await json(request)) as any;
    for (const resource of body.resourceSpans ?? [])
      for (const scope of resource.scopeSpans)
        for (const { traceId, name, attributes = [] } of scope.spans)
          spans.push({ traceId, name, attributes: Object.fromEntries(attributes.map(readAttribute)) });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  return {
    spans,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '200',
    },
    close: () => void server.close(),
  };
}
