/**
 * Hands bytes on and remembers what their source threw, so that it is told apart from what the receiver throws: also when a
 * stream that is made of it is destroyed, which throws an AbortError into it.
 */
export class Watched {
  failure: unknown;

  async *of<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
    let isWithReceiver = false;
    try {
      for await (const item of source) {
        isWithReceiver = true;
        yield item;
        isWithReceiver = false;
      }
    } catch (error) {
      if (!isWithReceiver) {
        this.failure = error;
      }
      throw error;
    }
  }
}
