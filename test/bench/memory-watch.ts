import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const mebibyte = 2 ** 20
const everyMs = 50

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Looks at the memory of this process until it is ended. */
export class MemoryWatch {
  #mostRss = 0
  readonly #timer = setInterval(() => this.#look(), everyMs)

  /** What was resident at the most until now, in MiB. */
  get mostRssMiB(): number {
    this.#look()
    return this.#mostRss / mebibyte
  }

  /** What was resident at the most, and what is left once garbage has been collected. */
  end(): { readonly mostRssMiB: number; readonly rssAfterMiB: number; readonly heapAfterMiB: number } {
    this.#look()
    clearInterval(this.#timer)
    collectGarbage()
    const { rss, heapUsed } = process.memoryUsage()
    return {
      mostRssMiB: this.#mostRss / mebibyte,
      rssAfterMiB: rss / mebibyte,
      heapAfterMiB: heapUsed / mebibyte,
    }
  }

  #look(): void {
    this.#mostRss = Math.max(this.#mostRss, process.memoryUsage.rss())
  }
}
