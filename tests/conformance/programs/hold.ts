// Opens the database and keeps it until it is killed.
import { openStack } from '../lib/open-stack.ts';

await openStack(JSON.parse(process.argv[2] ?? ''));
console.log('open');
setInterval(() => {}, 1_000);
