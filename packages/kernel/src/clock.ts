/** Tests set it; everything that asks for the time asks here. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
