import { readSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as after } from 'node:timers/promises'

/** Where a job can be found at work. */
export const points = [
  'at a record',
  'before a part',
  'after a part',
  'before a manifest',
  'after a manifest',
  'before a deletion',
  'after a deletion',
  'before a staging',
  'after a staging',
  'before a publication',
  'amid a publication',
  'after a publication',
] as const

export type Point = (typeof points)[number]

/** What is to happen to one process of a job. It is told as JSON by `ORDEAL_TROUBLES`. */
export interface Troubles {
  /** The process stands still at a point, once, after so many records, until something comes in on stdin. */
  readonly halt?: { readonly at: Point; readonly after: number }
  /**
   * Answers of the store come up to so many milliseconds late once so many records are handled: all to manifests, and a
   * fifth of the others.
   */
  readonly late?: { readonly ms: number; readonly after: number }
  /** The share of the store's answers that never come, though what was asked for is done. */
  readonly lost?: number
}

const troubles: Troubles = JSON.parse(process.env['ORDEAL_TROUBLES'] ?? '{}')
let records = 0
let halted = false

/** A step for `map` that sees every record of the job. */
export function counted<T>(record: T): T {
  records += 1
  reached('at a record')
  return record
}

/** Stands still here if that is what is to happen. Nothing else of this thread goes on meanwhile. */
export function reached(point: Point): void {
  const { halt } = troubles
  if (halted || halt === undefined || halt.at !== point || records < halt.after) return
  halted = true
  tell(`halts ${point}, ${records} records handled`)
  while (!isTold()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
}

/** Whether something has come in on stdin, or its end. */
function isTold(): boolean {
  try {
    readSync(0, Buffer.alloc(1))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false
    throw error
  }
}

/** What becomes of an answer of the store. */
export async function answered(what: string): Promise<'comes' | 'lost'> {
  const { late, lost = 0 } = troubles
  if (late !== undefined && records >= late.after && (what === 'manifest' || Math.random() < 0.2)) {
    const ms = Math.ceil(Math.random() * late.ms)
    tell(`late ${what}, by ${ms} ms`)
    await after(ms)
    tell(`came ${what}`)
  }
  if (Math.random() >= lost) return 'comes'
  tell(`lost ${what}`)
  return 'lost'
}

/** For the test that has started the process. */
function tell(text: string): void {
  process.stderr.write(`ordeal: ${text}\n`)
}
