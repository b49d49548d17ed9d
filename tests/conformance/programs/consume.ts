// Consumes `test.written` until it is killed, and says each event whose effect is durable.
import { startEffects } from '../lib/effects.ts';
import { openStack } from '../lib/open-stack.ts';

const [, , place = '', name = ''] = process.argv;
const stack = await openStack(JSON.parse(place));
startEffects(stack, name, 'test.written', console.log);
