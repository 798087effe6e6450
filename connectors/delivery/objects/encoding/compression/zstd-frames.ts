import { blockBytes, type Compressor } from './compressor.ts'

type Zstd = Pick<typeof import('@bokuweb/zstd-wasm'), 'compress'>

/** Blocks of a frame: the longer it is, the more of what came before can be referred to. */
const blocksPerFrame = 16

/** It is one instance for all files. */
let loading: Promise<Zstd> | undefined

async function loaded(): Promise<Zstd> {
  const zstd = await import('@bokuweb/zstd-wasm')
  await zstd.init()
  return zstd
}

/** Zstandard for a Node that has none: frames one after the other, which readers take for one text. */
export class ZstdFrames implements Compressor {
  readonly #zstd: Zstd
  readonly #waiting = new Uint8Array(blocksPerFrame * blockBytes)
  #waitingBytes = 0
  #frames = 0

  private constructor(zstd: Zstd) {
    this.#zstd = zstd
  }

  static async open(): Promise<Compressor> {
    loading ??= loaded()
    return new ZstdFrames(await loading)
  }

  async add(block: Uint8Array): Promise<readonly Uint8Array[]> {
    this.#waiting.set(block, this.#waitingBytes)
    this.#waitingBytes += block.length
    return this.#waitingBytes < this.#waiting.length ? [] : [this.#frame()]
  }

  async finish(): Promise<readonly Uint8Array[]> {
    return this.#waitingBytes > 0 || this.#frames === 0 ? [this.#frame()] : []
  }

  #frame(): Uint8Array {
    const frame = this.#zstd.compress(this.#waiting.subarray(0, this.#waitingBytes))
    this.#waitingBytes = 0
    this.#frames += 1
    return frame
  }
}
