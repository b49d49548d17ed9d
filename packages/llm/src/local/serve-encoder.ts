/** Turns texts into their vectors, one after another in one array. */
export type Encode = (texts: readonly string[]) => Promise<Float32Array>;

/** What the process answers to a batch of texts. */
export type EncoderReply = { readonly vectors: Float32Array } | { readonly error: string };

/**
 * Makes this process an encoder: it answers every message, a list of texts, and ends with the process that started it.
 * The model is opened with the first batch, so that a model that cannot be opened is told as the answer to it.
 */
export function serveEncoder(open: () => Promise<Encode>): void {
  let opened: Promise<Encode> | undefined;
  const answer = async (texts: readonly string[]): Promise<EncoderReply> => {
    try {
      opened ??= open();
      const encode = await opened;
      return { vectors: await encode(texts) };
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  };
  process.on('message', async (texts: readonly string[]) => {
    const reply = await answer(texts);
    if (process.connected) process.send?.(reply);
  });
  process.on('disconnect', () => process.exit());
  // A signal to the whole group (Ctrl-C, a service manager) lets the server finish what it has, and that may need
  // vectors.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
}
