import { execFileSync } from 'node:child_process'
import { statfsSync } from 'node:fs'

const mounted = new Set<SmallDisk>()

/** Takes away what a test has left that timed out. */
export function unmountAll(): void {
  for (const disk of [...mounted].reverse()) disk.unmount()
}

/** A disk of its own at a folder, which can be made full. Only where {@link mayMount}. */
export class SmallDisk {
  readonly #folder: string
  readonly #sizeKiB: number

  constructor(folder: string, sizeKiB: number) {
    this.#folder = folder
    this.#sizeKiB = sizeKiB
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeKiB}k`, 'tmpfs', folder])
    mounted.add(this)
  }

  /** Leaves no more room than this, once what is being written at the same time is written. */
  fill(leftKiB: number): void {
    for (;;) {
      const { blocks, bfree, bsize } = statfsSync(this.#folder)
      try {
        this.#resize(((blocks - bfree) * bsize) / 1024 + leftKiB)
        return
      } catch {
        // It had grown beyond that meanwhile.
      }
    }
  }

  free(): void {
    this.#resize(this.#sizeKiB)
  }

  unmount(): void {
    // A process that was killed a moment ago may still have a file open.
    execFileSync('umount', ['--lazy', this.#folder])
    mounted.delete(this)
  }

  #resize(sizeKiB: number): void {
    execFileSync('mount', ['-o', `remount,size=${Math.max(4, sizeKiB)}k`, this.#folder], { stdio: 'ignore' })
  }
}

/** Whether this machine lets a test have a disk of its own. */
export function mayMount(folder: string): boolean {
  try {
    new SmallDisk(folder, 1024).unmount()
    return true
  } catch {
    return false
  }
}
