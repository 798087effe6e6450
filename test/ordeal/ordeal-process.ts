import type { MillraceProcess } from '../millrace-process.ts'
import type { Tally } from './tally.ts'

/** A process of a job that troubles await. */
export class OrdealProcess {
  readonly #process: MillraceProcess
  readonly #tally: Tally
  #goesOn = false

  constructor(process: MillraceProcess, tally: Tally) {
    this.#process = process
    this.#tally = tally
  }

  /** Resolves with what it says once it does; rejects if it ends without. */
  until(pattern: RegExp): Promise<string> {
    return this.#process.until('err', pattern)
  }

  /** Resolves when it stands still in the middle of its work. */
  async halted(): Promise<void> {
    const said = await this.until(/ordeal: halts [\w ]+/)
    this.#tally.add(said.replace('ordeal: halts', 'halted'))
  }

  /** It goes on where it stands still. */
  goOn(): void {
    if (this.#goesOn) return
    this.#goesOn = true
    this.#process.type('\n')
  }

  /** Stops the whole process, whatever its threads are at. */
  stop(): void {
    this.#process.kill('SIGSTOP')
    this.#tally.add('stopped by SIGSTOP')
  }

  wake(): void {
    this.#process.kill('SIGCONT')
  }

  /** Kills it by SIGKILL, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    const end = await this.#process.ended
    const late = /ordeal: late manifest[^\n]*\n(?!.*ordeal: came manifest)/s.test(this.said)
    if (end !== 'SIGKILL') this.#tally.add('killed too late, after its end')
    else if (this.#isDone) this.#tally.add('killed too late, when all was done')
    else this.#tally.add('killed by SIGKILL in the middle of work')
    if (end === 'SIGKILL' && late) this.#tally.add('killed while the answer to a manifest was late')
  }

  /** Waits for something that happens while it lives; rejects if it ends before. */
  async while<T>(happening: Promise<T>): Promise<T> {
    const ended = this.#process.ended.then((code): never => {
      throw new Error(`a process ended with ${code} before what it was to meet`)
    })
    return Promise.race([happening, ended])
  }

  /** @throws If it did not end well. */
  async endsWell(): Promise<void> {
    const code = await this.#process.ended
    if (code !== 0) throw new Error(`a process ended with ${code}`)
  }

  /** @throws If it ended otherwise than well, or because another has taken the job over. */
  async endsWellOrFenced(): Promise<void> {
    const code = await this.#process.ended
    if (code !== 0 && !this.wasFenced) throw new Error(`a process ended with ${code}`)
  }

  async over(): Promise<void> {
    await this.#process.ended
  }

  get wasFenced(): boolean {
    return this.said.includes('failed with JOB_FENCED')
  }

  /** Another had come to the end of the input before. */
  get foundAllDone(): boolean {
    return this.said.includes('the input had ended')
  }

  get #isDone(): boolean {
    return this.said.includes('finished:')
  }

  get said(): string {
    return this.#process.err
  }

  /** Ends it if it is still there, and counts what has happened to it. */
  async end(records: number): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#process.ended
    const count = (pattern: RegExp) => [...this.said.matchAll(pattern)].length
    this.#tally.add('processes')
    for (const [, code] of this.said.matchAll(/RESTARTING.* after (\w+):.*ENOSPC/g)) {
      this.#tally.add(`restarts after ENOSPC, ${code}`)
    }
    this.#tally.add('restarts after a lost answer', count(/RESTARTING.*no answer came/g))
    for (const [, code] of this.said.matchAll(/RESTARTING (?!.*(?:ENOSPC|no answer came)).*after (\w+)/g)) {
      this.#tally.add(`other restarts, ${code}`)
    }
    this.#tally.add('late answers of the store', count(/ordeal: late/g))
    this.#tally.add('late answers to manifests', count(/ordeal: late manifest/g))
    this.#tally.add('lost answers of the store', count(/ordeal: lost/g))
    const [, read] = /([\d,]+) records? read/.exec(this.said) ?? []
    const some = Number(read?.replaceAll(',', ''))
    if (this.#isDone && some > 0 && some < records)
      this.#tally.add('began in the middle, and came to the end')
  }
}
