import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../dist/src/cli/main.js', import.meta.url))

const running = new Set<ChildProcessWithoutNullStreams>()

/** Ends what a test has left running, as one that timed out does. */
export function endProcesses(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** The built command line as a process of its own. */
export class MillraceProcess {
  out = ''
  err = ''
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | null>
  readonly #child: ChildProcessWithoutNullStreams
  #over = false
  readonly #waiting = new Set<() => void>()

  constructor(
    args: readonly string[],
    { cwd, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
  ) {
    if (!existsSync(main)) throw new Error(`${main} is missing: run \`npm run build\` first`)
    this.#child = spawn(process.execPath, [main, ...args], {
      cwd,
      env: { ...process.env, ...env },
    })
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.out += text
      this.#wake()
    })
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.err += text
      this.#wake()
    })
    // It may have ended before it was told something.
    this.#child.stdin.on('error', () => {})
    this.ended = new Promise((resolve) => this.#child.on('close', (code, signal) => resolve(code ?? signal)))
    running.add(this.#child)
    void this.ended.then(() => {
      running.delete(this.#child)
      this.#over = true
      this.#wake()
    })
  }

  /** Resolves with the match once the output has it; rejects if the process ends before. */
  async until(output: 'out' | 'err', pattern: RegExp): Promise<string> {
    for (;;) {
      const [found] = pattern.exec(this[output]) ?? []
      if (found !== undefined) return found
      if (this.#over) throw new Error(`it ended without ${pattern}:\n${this.out}\n${this.err}`)
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
  }

  type(text: string): void {
    this.#child.stdin.end(text)
  }

  closeOutput(): void {
    this.#child.stdout.destroy()
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}

/** Runs a command to its end. */
export async function millrace(args: readonly string[], cwd?: string, input = '') {
  const process = new MillraceProcess(args, cwd === undefined ? {} : { cwd })
  process.type(input)
  const code = await process.ended
  return { code, out: process.out, err: process.err }
}
