import type {
  AuditContext,
  CommitPermit,
  Committable,
  Sink,
  SinkContext,
  SinkToAudit,
  SinkWriter,
} from '../../../src/contract/sink.ts'
import type { Snapshot } from '../../../src/contract/snapshot.ts'
import { MillraceError } from '../../../src/errors.ts'
import { type StagedBeside, separateState } from './joined-state.ts'

/** A sink that stands beside the destination, by its option: `errors` or `backup`. */
export interface SinkBeside {
  readonly option: string
  readonly writer: SinkWriter<unknown>
}

/**
 * Opens the sinks beside a destination, each under the name of the sink with that of its option.
 *
 * @throws MillraceError `CHECKPOINT_INCOMPATIBLE` if the checkpoint has one that the job does not have any more.
 */
export async function openBeside(
  sinks: Readonly<Record<string, Sink<never> | undefined>>,
  context: SinkContext,
  restored: ReadonlyMap<string, Snapshot>,
): Promise<SinksBeside> {
  const gone = misfitBeside(sinks, restored)
  if (gone !== undefined) throw new MillraceError('CHECKPOINT_INCOMPATIBLE', `the checkpoint holds ${gone}`)
  const opened: SinkBeside[] = []
  for (const [option, sink] of Object.entries(sinks)) {
    if (sink === undefined) continue
    const count = (counter: string, by?: number) => context.count(`${option}.${counter}`, by)
    const own = { ...context, name: nameBeside(context.name, option), count }
    try {
      const writer = await (sink as Sink<unknown>).open(own, restored.get(option))
      opened.push({ option, writer })
    } catch (error) {
      await new SinksBeside(opened).close()
      throw error
    }
  }
  return new SinksBeside(opened)
}

/** What a checkpoint holds that the sinks beside a destination cannot go on from. */
export function misfitBeside(
  sinks: Readonly<Record<string, Sink<never> | undefined>>,
  restored: ReadonlyMap<string, Snapshot>,
): string | undefined {
  for (const [option, state] of restored) {
    const sink = sinks[option]
    if (sink === undefined) return `what the sink has for \`${option}\`, which it does not have any more`
    const misfit = sink.misfit?.(state)
    if (misfit !== undefined) return `${misfit}, for \`${option}\``
  }
  return undefined
}

/** The sinks beside a destination with what a checkpoint has of them. */
export async function besidesIn(
  sinks: Readonly<Record<string, Sink<never> | undefined>>,
  context: AuditContext,
): Promise<readonly SinkToAudit[]> {
  const { beside } = await separateState(context.state)
  return [...beside].flatMap(([option, state]) => {
    const sink = sinks[option]
    const committables = committablesOf(option, context.committables)
    const own = { ...context, name: nameBeside(context.name, option), state, committables }
    return sink === undefined ? [] : [{ sink, context: own }]
  })
}

/** The sinks beside a destination, as one: they are in the same checkpoints as its batches. */
export class SinksBeside {
  readonly #sinks: readonly SinkBeside[]

  constructor(sinks: readonly SinkBeside[]) {
    this.#sinks = sinks
  }

  get(option: string): SinkWriter<unknown> | undefined {
    return this.#sinks.find((sink) => sink.option === option)?.writer
  }

  get unsettled(): boolean {
    return this.#sinks.some(({ writer }) => writer.unsettled === true)
  }

  ready(): readonly Promise<void>[] {
    return this.#sinks.flatMap(({ writer }) => writer.ready() ?? [])
  }

  /** Cuts all of them before the first `await`. */
  stage(last: boolean, epoch?: number): Promise<readonly StagedBeside[]> {
    const staging = this.#sinks.map(async ({ option, writer }) => {
      return { option, ...(await writer.stage(last, epoch)) }
    })
    return Promise.all(staging)
  }

  async commit(committables: readonly Committable[], permit: CommitPermit): Promise<void> {
    for (const { option, writer } of this.#sinks) {
      await writer.commit(committablesOf(option, committables), permit)
    }
  }

  async close(): Promise<void> {
    const closing = this.#sinks.map(({ writer }) => writer.close())
    await Promise.all(closing)
  }
}

/** A committable of a sink beside, among those of the destination. */
export function committableBeside(option: string, committable: Committable): Committable {
  return { beside: option, committable }
}

function committablesOf(option: string, committables: readonly Committable[]): readonly Committable[] {
  const own = committables.filter((one) => one['beside'] === option)
  return own.map((one) => one['committable'] as Committable)
}

function nameBeside(sink: string, option: string): string {
  return `${sink}.${option}`
}
