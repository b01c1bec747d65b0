/**
 * Hands bytes on and remembers what their source threw, so that it is told apart from what the receiver throws.
 */
export class Watched {
  failure: unknown;

  async *of<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* source;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}
