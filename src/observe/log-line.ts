import type { LogFields } from '../contract/log.ts'

import { printable } from './printable.ts'

/** One line of a log. */
export interface LogLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly text: string
}

/** A line of a log as text: `2026-01-02T03:04:05.678Z WARN  checkpoint 7 was skipped …`. */
export function logText({ level, text }: LogLine, at: number): string {
  return `${new Date(at).toISOString()} ${level.toUpperCase().padEnd(5)} ${printable(onOneLine(text))}`
}

/** A message and the facts that belong to it, as one text: `shard opened shard=shardId-0 records=12`. */
export function withFields(message: string, fields: LogFields = {}): string {
  const facts = Object.entries(fields).filter(([, value]) => value !== undefined)
  return [message, ...facts.map(([name, value]) => `${name}=${fact(value)}`)].join(' ')
}

function fact(value: string | number | boolean | undefined): string {
  const text = String(value)
  return /[\s"=]/.test(text) || text === '' ? JSON.stringify(text) : text
}

function onOneLine(text: string): string {
  return text.replace(/\s*\r?\n\s*/g, ' ')
}
