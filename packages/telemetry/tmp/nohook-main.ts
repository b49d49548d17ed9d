import { isMainThread } from 'node:worker_threads'; if (isMainThread) { const { startTraceExport } = await import('./nohook.ts'); startTraceExport(process.env); }
