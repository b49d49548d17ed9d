import { linkTo } from './abort.ts';
import { withRetries } from './backoff.ts';
import { exchange } from './http.ts';
import { makeRepeatable } from './idempotency.ts';
import { type BareClient, type ClientOptions, type RequestOptions, settingsOf, type Variables } from './options.ts';
import { subscribe } from './subscribe.ts';
import type { AnyDocument } from './typed-document.ts';

const RESUMES = /\bafter\s*:\s*\$after\b/;

/** Makes a client without methods of operations; see `createClient`. @throws TypeError for an option that cannot be */
export function createBareClient(options: ClientOptions): BareClient {
  const settings = settingsOf(options);
  return {
    async query(document: AnyDocument | string, given: Variables = {}, { signal }: RequestOptions = {}) {
      const { variables, repeatable } = makeRepeatable(document, given, () => crypto.randomUUID());
      const body = JSON.stringify({ query: document, variables });
      const { controller, unlink } = linkTo(signal);
      const retries = repeatable ? settings.retries : 0;
      try {
        return await withRetries(() => exchange(settings, body, controller.signal), {
          retries,
          clock: settings.clock,
          signal: controller.signal,
        });
      } finally {
        unlink();
      }
    },
    subscribe(document: AnyDocument | string, variables: Variables = {}, { signal }: RequestOptions = {}) {
      const query = document.toString();
      if (!RESUMES.test(query))
        throw new TypeError(
          'document: declare $after: String and hand it to the field (after: $after), to resume by it',
        );
      return subscribe(settings, { query, variables }, signal);
    },
  };
}
