import { currentTraceId } from '@rae/telemetry';
import fastify from 'fastify';
const app = fastify();
let seen: string | null = null;
app.get('/x', async () => { seen = currentTraceId(); return { ok: true, seen }; });
await app.listen({ port: 0, host: '127.0.0.1' });
const address = app.server.address();
if (address && typeof address === 'object') process.send?.(address.port);
process.on('message', () => { process.send?.(process.cpuUsage()); });
