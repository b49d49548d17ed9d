export { type Answer, createTestClient, type Data, type TestClient, type WireError } from './client.ts';
export { createTestContext } from './context.ts';
export { openTestDatabase, silentLogger, type TestDatabase, testCaller } from './database.ts';
export { type Installation, startInstallation } from './installation.ts';
export { insertLedgerLines, type TestLine } from './ledger.ts';
export { openTestMetering, readWindows, testSpend, type WindowCounters } from './metering.ts';
export { type ServerProcess, startServerProcess } from './server-process.ts';
export { createTestTenant, startShared, startTestServer, stopShared, type TestTenant } from './shared.ts';
export { listen, type SseMessage, takeEvents } from './sse.ts';
