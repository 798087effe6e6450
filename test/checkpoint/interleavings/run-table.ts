import type { CheckpointStore } from '../../../src/contract/checkpoint-store.ts'
import { MillraceError } from '../../../src/errors.ts'
import { type Program, perform, type Rows } from './program.ts'

/** What a run asks of the world outside: one step. */
export type Call =
  | { readonly kind: 'write'; readonly name: string; readonly content: string }
  | { readonly kind: 'read' | 'delete'; readonly name: string }
  | { readonly kind: 'list'; readonly prefix: string }
  | { readonly kind: 'commit'; readonly rows: Rows }

/** What comes of a call: an answer, or a failure. */
export type Answer = { readonly value: unknown } | 'failed'

/** A run at rest: it waits for an answer, or has ended. */
export interface Resting {
  readonly id: number
  readonly call: Call | undefined
  readonly outcome: string | undefined
  /** The answers that lead here. */
  readonly path: readonly Answer[]
  readonly next: Map<string, Resting>
}

/**
 * All that one run can come to, learnt from the real code as it is asked for: what a run does next depends on nothing but
 * the answers that it had. So the real code runs once for each thing that can happen to one run, and not once for each
 * thing that can happen to both.
 */
export class RunTable {
  readonly #program: Program
  readonly #epochsKept: number
  readonly #known = new Map<string, Resting>()

  constructor(program: Program, epochsKept: number) {
    this.#program = program
    this.#epochsKept = epochsKept
  }

  begin(): Promise<Resting> {
    return this.#learn([])
  }

  /** What an answer leads to, as far as it is known. */
  known(from: Resting, answer: Answer): Resting | undefined {
    return from.next.get(textOf(answer))
  }

  async learn(from: Resting, answer: Answer): Promise<Resting> {
    const next = await this.#learn([...from.path, answer])
    from.next.set(textOf(answer), next)
    return next
  }

  /**
   * Lets the real code run with these answers, up to the call after the last of them. What a run deletes it deletes
   * whatever happens; so where it has begun to, all that matters is what it will delete, and what follows.
   */
  async #learn(path: readonly Answer[]): Promise<Resting> {
    const { call, memory, outcome } = await this.#performed(path)
    const ahead: unknown[] = [call]
    let then = memory
    for (let last = call; last?.kind === 'delete'; ahead.push(last)) {
      const nothing = ahead.map((): Answer => ({ value: undefined }))
      const further = await this.#performed([...path, ...nothing])
      last = further.call
      then = further.memory
    }
    const key = `${JSON.stringify(ahead)} ${then.join(';')}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const resting = { id: this.#known.size, call, outcome, path, next: new Map() }
    this.#known.set(key, resting)
    return resting
  }

  #performed(path: readonly Answer[]): Promise<Performed> {
    return new Promise((resolve) => {
      let memory: string[] = []
      let answered = 0
      const call = (made: Call): Promise<unknown> => {
        const answer = path[answered]
        if (answer === undefined) {
          resolve({ call: made, memory, outcome: undefined })
          return new Promise(() => {})
        }
        answered += 1
        memory.push(textOf(answer))
        if (answer === 'failed') return Promise.reject(new MillraceError('STORE_FAILED', 'no answer'))
        return Promise.resolve(answer.value)
      }
      const forget = (known: string) => {
        memory = [known]
      }
      const commit = (rows: Rows) => call({ kind: 'commit', rows }) as Promise<void>
      perform(this.#program, this.#epochsKept, { store: storeOf(call), commit, forget })
        .catch((error) => `broken: ${String(error)}`)
        .then((outcome) => resolve({ call: undefined, memory: [outcome], outcome }))
    })
  }
}

/** How far the real code has come: a call that waits for its answer, or an end. */
interface Performed {
  readonly call: Call | undefined
  readonly memory: readonly string[]
  readonly outcome: string | undefined
}

function storeOf(call: (made: Call) => Promise<unknown>): CheckpointStore {
  return {
    description: 'a model',
    writeOnce: async (name, content) => {
      const made = { kind: 'write', name, content: Buffer.from(content).toString() } as const
      return (await call(made)) as 'written' | 'taken'
    },
    read: async (name) => {
      const content = (await call({ kind: 'read', name })) as string | undefined
      return content === undefined ? undefined : Buffer.from(content)
    },
    list: async (prefix) => (await call({ kind: 'list', prefix })) as string[],
    delete: async (name) => void (await call({ kind: 'delete', name })),
  }
}

function textOf(answer: Answer): string {
  return answer === 'failed' ? answer : String(answer.value)
}
