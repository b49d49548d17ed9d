import { isMainThread } from 'node:worker_threads'; if (isMainThread) { const { startTraceExport } = await import('./trace-export.ts'); startTraceExport(process.env); }
