export * from './money.ts';
export * from './prices/cost-of.ts';
export { type ModelName, normaliseModel } from './prices/normalise-model.ts';
export * from './prices/price.ts';
export * from './prices/price-book.ts';
export * from './usage.ts';
