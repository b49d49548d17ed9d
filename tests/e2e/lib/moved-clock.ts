import { readFileSync } from 'node:fs';

/** Loaded into a server before anything else: its clock stands so many milliseconds ahead as the file says. */
const movedMs = Number(readFileSync(process.env.MOVED_CLOCK_FILE ?? '', 'utf8'));
const { now: realNow } = Date;
const now = () => realNow() + movedMs;

globalThis.Date = new Proxy(Date, {
  construct: (target, values, made) => Reflect.construct(target, values.length === 0 ? [now()] : values, made),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
