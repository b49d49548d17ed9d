import { fork } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
const N = 20000, C = 16;
async function run(name, execArgv, env) {
  const t0 = performance.now();
  const child = fork(new URL('server.ts', import.meta.url).pathname, { execArgv, env: { ...process.env, ...env } });
  const [port] = await once(child, 'message');
  const start = performance.now() - t0;
  const agent = new http.Agent({ keepAlive: true, maxSockets: C });
  const get = () => new Promise((res, rej) => http.get({ port, host: '127.0.0.1', path: '/x', agent }, (r) => { let s=''; r.on('data', d => s+=d); r.on('end', () => res(s)); }).on('error', rej));
  let sample; let n = 0;
  const go = async (total) => { n = 0; await Promise.all(Array.from({ length: C }, async () => { while (n++ < total) sample = await get(); })); };
  await go(5000);
  child.send('cpu'); const [c0] = await once(child, 'message');
  const t1 = performance.now(); await go(N);
  const s = (performance.now() - t1) / 1000;
  child.send('cpu'); const [c1] = await once(child, 'message');
  console.log(name, 'start', start.toFixed(0), 'ms', (N / s).toFixed(0), 'req/s', ((c1.user + c1.system - c0.user - c0.system) / N).toFixed(1), 'µs CPU/req', sample);
  child.kill('SIGKILL'); agent.destroy();
}
const otel = ['--import', '@rae/telemetry/otel'];
for (let i = 0; i < 3; i++) {
  await run('none  ', [], {});
  await run('off   ', otel, { OTEL_SDK_DISABLED: 'true' });
  await run('ids   ', otel, {});
  await run('export', otel, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
}
