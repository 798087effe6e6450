import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isOfTheJob, isOwn } from './own-frames.ts'
import { stackFrames } from './stack-frames.ts'

/**
 * The function of the job that an error comes from, as `late (job.ts:12:30)`, or its place alone if it has no name;
 * `undefined` if the error does not tell, as when it was made elsewhere than where it was thrown.
 */
export function failedFunction(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined
  const frames = stackFrames(thrown)
  const own = frames.findIndex(isOwn)
  // What lies below the call of Millrace has called Millrace, not the other way round.
  if (own < 0 && frames.length < Error.stackTraceLimit) return undefined
  const frame = frames.slice(0, own < 0 ? undefined : own).find(isOfTheJob)
  return frame && placeIn(frame)
}

/** The step of the job where an error was made that has the step's verb for its message, as `keyBy (job.ts:12:5)`. */
export function stepAt(made: Error): string | undefined {
  const frame = stackFrames(made).find(isOfTheJob)
  return frame && `${made.message} (${placeOf(frame).place})`
}

/** `at late (file:///job.ts:12:30)` and `at file:///job.ts:12:30`, in short. */
function placeIn(frame: string): string {
  const { name, place } = placeOf(frame)
  return name === '' ? place : `${name} (${place})`
}

function placeOf(frame: string): { readonly name: string; readonly place: string } {
  const [, name = '', within, alone = ''] = /^at (?:async )?(?:(.*?) \((.*)\)|(.*))$/.exec(frame) ?? []
  const [, file = '', line = ''] = /^(.*?)(?:\?[^:]*)?((?::\d+)*)$/.exec(within ?? alone) ?? []
  // A function in an object or a list is called that of an Object or an Array.
  const called = name.replace(/^(Object|Array)\.| \[as .*\]$/g, '')
  return { name: called === '<anonymous>' ? '' : called, place: shortened(file) + line }
}

/** From the working directory, for what lies within it. As it is if there is no such folder any more, or no such path. */
function shortened(file: string): string {
  try {
    const path = file.startsWith('file:') ? fileURLToPath(file) : file
    const short = relative(process.cwd(), path)
    return short.startsWith('..') ? path : short
  } catch {
    return file
  }
}
