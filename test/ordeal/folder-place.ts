import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type CheckpointStore, folderStore } from 'millrace'
import type { Chance } from '../../src/testing/simulation/chance.ts'
import type { OrdealProcess } from './ordeal-process.ts'
import type { Place } from './place.ts'
import { SmallDisk } from './small-disk.ts'

const diskKiB = 512 * 1024

/** A folder, on a small disk of its own where the machine lets a test have one. */
export class FolderPlace implements Place {
  readonly env = {}
  readonly checkpoints: CheckpointStore
  readonly #folder: string
  readonly #disk: SmallDisk | undefined
  readonly #mostLeftKiB: number
  readonly #chance: Chance

  /** @param mostLeftKiB How much room there may still be when the disk is full for what the job is about to write. */
  constructor(folder: string, hasDisk: boolean, mostLeftKiB: number, chance: Chance) {
    mkdirSync(folder)
    this.#mostLeftKiB = mostLeftKiB
    this.#folder = folder
    this.#disk = hasDisk ? new SmallDisk(folder, diskKiB) : undefined
    this.#chance = chance
    this.checkpoints = folderStore(join(folder, 'checkpoints'))
  }

  async results(): Promise<Buffer[]> {
    const out = join(this.#folder, 'out')
    if (!existsSync(out)) return []
    const names = readdirSync(out, { recursive: true, encoding: 'utf8' })
    return names.filter((name) => name.endsWith('.parquet')).map((name) => readFileSync(join(out, name)))
  }

  async fill(): Promise<void> {
    this.#disk?.fill(this.#chance.in(0.5) ? 0 : this.#chance.between(0, this.#mostLeftKiB))
  }

  async met(process: OrdealProcess): Promise<void> {
    await process.until(/RESTARTING.*ENOSPC/)
  }

  async free(): Promise<void> {
    this.#disk?.free()
  }

  /** The processes themselves delay the answers of a folder. */
  async delay(): Promise<void> {}

  async happened(): Promise<Readonly<Record<string, number>>> {
    return {}
  }

  async close(): Promise<void> {
    this.#disk?.unmount()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
