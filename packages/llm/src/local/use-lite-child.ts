// Runs in a process of its own, started by encoder-process.ts with the model folder and the precision as its arguments.
import { openUseLite } from '../use-lite/open-use-lite.ts';
import { serveEncoder } from './serve-encoder.ts';

const [, , modelDir = '', precision] = process.argv;

serveEncoder(() => openUseLite(modelDir, precision === 'float32' ? 'float32' : 'int8'));
