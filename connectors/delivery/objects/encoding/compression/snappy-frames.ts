import type { Compressor } from './compressor.ts'

type Frames = InstanceType<typeof import('snappy')['Compressor']>

/** Snappy's own framing format: chunks of 64 KiB with checksums. */
export class SnappyFrames implements Compressor {
  readonly #frames: Frames

  private constructor(frames: Frames) {
    this.#frames = frames
  }

  static async open(): Promise<Compressor> {
    const { Compressor: Frames } = await import('snappy')
    return new SnappyFrames(new Frames())
  }

  async add(block: Uint8Array): Promise<readonly Uint8Array[]> {
    return [this.#frames.update(block)]
  }

  async finish(): Promise<readonly Uint8Array[]> {
    return [await this.#frames.finish()]
  }
}
