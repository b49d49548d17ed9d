export { enqueue, enqueueEach, type NewJob } from './enqueue.ts';
export { defineJob, type Job, type JobDefinition } from './job.ts';
export { nextDelayMs } from './retry.ts';
export { createJobRunner, type JobRunner, type RunnerOptions } from './runner.ts';
