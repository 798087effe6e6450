import type { MillraceError } from '../../src/errors.ts'
import {
  detailsStatement,
  type FileToLoad,
  type Load,
  ledgerStatement,
  loadedStatement,
  loadStatements,
  probeStatement,
  refusedStatements,
  type Tables,
} from './load-sql.ts'
import { loadError, StatementFailed } from './statement-failure.ts'
import type { Statements } from './statements.ts'

/** What all loads of a sink share. */
export interface Manner extends Pick<Load, 'writer' | 'format' | 'role' | 'parameters'> {
  /** Told of files that were noted as refused; `undefined` if the job is to stop instead. */
  readonly onRefused: ((files: readonly FileToLoad[]) => void) | undefined
}

/** How often the same files are tried that fail for what may pass, such as another transaction, before the job restarts. */
const mostAttempts = 3

/** Loads files into a table, each once. */
export class FileLoader {
  readonly #statements: Statements
  readonly #tables: Tables
  readonly #manner: Manner
  #hasLedger = false
  #isFirst = true

  constructor(statements: Statements, tables: Tables, manner: Manner) {
    this.#statements = statements
    this.#tables = tables
    this.#manner = manner
  }

  /**
   * Loads those of some files that were not loaded before. They may be loaded by others at the same time.
   *
   * @param manifest Gives the URL of a manifest of files, which is there when it resolves.
   */
  async load<F extends FileToLoad>(
    files: readonly F[],
    manifest: (files: readonly F[]) => Promise<string>,
  ): Promise<void> {
    await this.#seeToLedger()
    // What the checkpoint of a start names may have been loaded by an earlier run; later files are new.
    let missing = this.#isFirst ? await this.#missing(files) : files
    for (let attempt = 1; missing.length > 0; attempt += 1) {
      const load = { ...this.#manner, files: missing, manifest: await manifest(missing) }
      try {
        await this.#statements.run(loadStatements(this.#tables, load))
        break
      } catch (failure) {
        if (!(failure instanceof StatementFailed)) throw failure
        // It may be files that were there: the others are to be loaded.
        const left = await this.#missing(missing)
        if (left.length === missing.length) {
          const error = await this.#errorOf(failure)
          if (error.code === 'LOAD_REFUSED') return this.#refused(load, error)
          if (attempt >= mostAttempts) throw error
        }
        missing = left
      }
    }
    this.#isFirst = false
  }

  close(): void {
    this.#statements.close()
  }

  /** Notes that files are refused, unless the job is to stop. Another run may have done the same. */
  async #refused(load: Load, error: MillraceError): Promise<void> {
    const { onRefused } = this.#manner
    if (onRefused === undefined) throw error
    try {
      await this.#statements.run(refusedStatements(this.#tables, load, error.happened))
      onRefused(load.files)
    } catch (failure) {
      if (!(failure instanceof StatementFailed)) throw failure
      if ((await this.#missing(load.files)).length > 0) throw error
    }
  }

  async #missing<F extends FileToLoad>(files: readonly F[]): Promise<readonly F[]> {
    const query = loadedStatement(this.#tables, { writer: this.#manner.writer, files })
    const loaded = new Set((await this.#known(this.#statements.query(query))).map(([file]) => file))
    return files.filter(({ file }) => !loaded.has(file))
  }

  /** Who may not create tables may create the ledger before. */
  async #seeToLedger(): Promise<void> {
    if (this.#hasLedger) return
    try {
      await this.#statements.run([probeStatement(this.#tables)])
    } catch (failure) {
      if (!(failure instanceof StatementFailed) || !/does not exist/i.test(failure.message))
        throw failure instanceof StatementFailed ? await this.#errorOf(failure) : failure
      await this.#known(this.#statements.run([ledgerStatement(this.#tables)]))
    }
    this.#hasLedger = true
  }

  async #known<R>(running: Promise<R>): Promise<R> {
    try {
      return await running
    } catch (failure) {
      throw failure instanceof StatementFailed ? await this.#errorOf(failure) : failure
    }
  }

  async #errorOf(failure: StatementFailed): Promise<MillraceError> {
    const { queryId } = failure
    // What it says is worth more than why its details cannot be had.
    const details =
      queryId === undefined ? [] : await this.#statements.query(detailsStatement(queryId)).catch(() => [])
    return loadError(failure, this.#tables.target, details)
  }
}
