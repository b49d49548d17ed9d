import { isMainThread } from 'node:worker_threads'; if (isMainThread) { const { startTraceExport } = await import('./synchook.ts'); startTraceExport(process.env); }
