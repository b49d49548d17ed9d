/** Why a PDF gives no text, by the name of what the library throws. */
const REASONS: Readonly<Record<string, string>> = {
  InvalidPDFException: 'is no PDF, or a broken one',
  PasswordException: 'is encrypted; save it without a password first',
};

export class UnreadableFile extends Error {}

/**
 * The text of each page of a PDF.
 *
 * @throws UnreadableFile saying why in words: no PDF, encrypted, or no text in it, as in scanned pages
 */
export async function readPdf(bytes: Uint8Array): Promise<readonly string[]> {
  const { extractText, getDocumentProxy } = await import('unpdf'); // a second to load, and most folders hold none
  const pages = await getDocumentProxy(bytes, { verbosity: 0 })
    .then((pdf) => extractText(pdf, { mergePages: false }))
    .catch((cause: unknown) => {
      const name = cause instanceof Error ? cause.name : '';
      throw new UnreadableFile(REASONS[name] ?? 'is a PDF that cannot be read', { cause });
    });
  const texts = pages.text.map((page) => page.replaceAll('\0', '').replaceAll('\f', '\n').toWellFormed());
  if (texts.every((page) => page.trim() === ''))
    throw new UnreadableFile('holds no text; are its pages scanned pictures?');
  return texts;
}
