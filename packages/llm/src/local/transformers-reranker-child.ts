// Runs in a process of its own, started by encoder-process.ts with the model folder and the model's name as its
// arguments.
import { openCrossEncoder } from './open-transformers.ts';
import { serveEncoder } from './serve-encoder.ts';

const [, , modelDir = '', model = ''] = process.argv;

serveEncoder(() => openCrossEncoder(modelDir, model));
