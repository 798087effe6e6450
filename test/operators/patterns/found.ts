import type { KeyedStream } from 'millrace'
import { type MatchOptions, matchPattern, type Pattern } from 'millrace/operators'
import type { OperatorContext } from '../../../src/contract/operator.ts'
import { millraceError } from '../../../src/errors.ts'
import type { OperatorTransformation } from '../../../src/graph/transformation.ts'
import { pipeable } from '../../../src/stream.ts'
import { endOfTime } from '../../../src/time/end-of-time.ts'

/** A record of the tests: a word such as `b2`, and its time. */
export interface Word {
  readonly word: string
  readonly time: number
}

/** The words of a text, one each millisecond. */
export function words(text: string): Word[] {
  return text.split(' ').flatMap((word, time) => (word === '' ? [] : [{ word, time }]))
}

/** What a pattern finds: each row as its words, in the order of the steps. */
export interface Found {
  readonly matches: readonly string[]
  readonly timedOut: readonly string[]
  readonly times: readonly number[]
}

/** Runs a pattern over records of one key, without a job around it. */
export function found<M>(
  pattern: Pattern<Word, M>,
  records: string | readonly Word[],
  options: MatchOptions<Word, M> = {},
): Found {
  const rows = { matches: [] as string[], timedOut: [] as string[], times: [] as number[] }
  const keyed = pipeable({ outlet: {}, keySelector: () => 'k' }) as unknown as KeyedStream<string, Word>
  const { from } = matchPattern('p', pattern, options)(keyed).outlet
  const operator = (from as OperatorTransformation).create(contextOf(rows), undefined)
  for (const record of typeof records === 'string' ? words(records) : records) {
    operator.process(record, record.time)
    operator.onWatermark?.(record.time - 1)
  }
  operator.onWatermark?.(endOfTime)
  return rows
}

function contextOf(rows: Record<'matches' | 'timedOut', string[]> & { times: number[] }) {
  const context: Partial<OperatorContext<unknown>> = {
    goesOn: false,
    caught: false,
    attempt: () => undefined,
    failed: (error) => millraceError(error),
    refuse: (error) => {
      throw error
    },
    emit: (row, time) => {
      rows.matches.push(textOf(row))
      rows.times.push(time)
    },
    emitWatermark: () => undefined,
    count: () => undefined,
    level: () => {},
    sideOutput: (name) => (name === 'timedOut' ? (row) => rows.timedOut.push(textOf(row)) : undefined),
  }
  return context as OperatorContext<unknown>
}

export function textOf(row: unknown): string {
  const taken = Object.values(row as Record<string, Word | readonly Word[] | undefined>).flat()
  return taken.flatMap((record) => (record === undefined ? [] : [(record as Word).word])).join(' ')
}

/** Whether a word begins with one of these letters. */
export function is(letters: string): (record: Word) => boolean {
  return ({ word }) => letters.includes(word[0]!)
}
