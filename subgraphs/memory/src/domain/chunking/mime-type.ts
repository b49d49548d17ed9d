import { PlatformError } from '@rae/kernel';

export const MIME_TYPES = ['text/plain', 'text/markdown', 'text/html', 'application/json'] as const;
export type MimeType = (typeof MIME_TYPES)[number];

/** `text/html; charset=utf-8` is text/html. @throws UNSUPPORTED_MEDIA_TYPE naming those that are taken */
export function checkMimeType(given: string): MimeType {
  const name = given.split(';')[0]?.trim().toLowerCase();
  const known = MIME_TYPES.find((type) => type === name);
  if (known) return known;
  throw new PlatformError(
    'UNSUPPORTED_MEDIA_TYPE',
    `input.mimeType: must be one of ${MIME_TYPES.join(', ')}; turn anything else into text first.`,
    { field: 'input.mimeType', given: given.slice(0, 100), allowed: MIME_TYPES },
  );
}
