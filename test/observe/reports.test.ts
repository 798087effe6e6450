import { describe, expect, it } from 'vitest'
import { MillraceError } from '../../src/errors.ts'
import { jsonReport } from '../../src/observe/json-report.ts'
import { plainReport } from '../../src/observe/plain-report.ts'
import { terminalReport } from '../../src/observe/terminal-report.ts'
import { metricsOf } from './metrics-of.ts'

const clock = { now: () => 0 }
const skipped = { kind: 'checkpoint-skipped', epoch: 3, reason: 'the disk is full' } as const

/** What a terminal would show of a text that rewrites its last line. */
function screen(text: string): string[] {
  return text.split('\n').map((line) => line.split('\r\x1b[2K').at(-1)!)
}

describe('on a terminal', () => {
  const shown = (columns: number, use: (report: ReturnType<typeof terminalReport>) => void) => {
    let text = ''
    const write = (more: string) => {
      text += more
    }
    use(terminalReport({ write, columns: () => columns, colours: false }, clock))
    return text
  }

  it('progress is one line, rewritten in place', () => {
    const text = shown(200, (report) => {
      for (const second of [1, 2, 3]) report.metrics(metricsOf(second, { records: second * 10 }))
    })
    expect(screen(text)).toEqual(['flights | 30 records, 10/s | no watermark yet | no checkpoint yet'])
  })

  it('events stand above it', () => {
    const text = shown(200, (report) => {
      report.metrics(metricsOf(1))
      report.event(skipped)
      report.log.info('shard opened', { shard: 's-0' })
    })
    expect(screen(text)).toEqual([
      expect.stringContaining('CHECKPOINT 3 SKIPPED'),
      expect.stringContaining('shard opened shard=s-0'),
      expect.stringMatching(/^flights \| 0 records/),
    ])
  })

  it('it is never wider than the window', () => {
    const text = shown(30, (report) => report.metrics(metricsOf(1)))
    expect(screen(text)[0]!.length).toBeLessThan(30)
  })

  it('it is gone at the end, and a summary stands in its place', () => {
    const text = shown(200, (report) => {
      report.metrics(metricsOf(1))
      report.close(metricsOf(2, { records: 20 }))
    })
    expect(screen(text)).toEqual([expect.stringContaining('20 records read in 2s'), ''])
  })

  it('warnings are yellow where there are colours', () => {
    let text = ''
    const write = (more: string) => {
      text += more
    }
    terminalReport({ write, columns: () => 80, colours: true }, clock).event(skipped)
    expect(text).toContain('\x1b[33m')
  })
})

describe('in a log file', () => {
  it('progress is a line every ten seconds', () => {
    const lines: string[] = []
    const report = plainReport((line) => lines.push(line), clock)
    for (let second = 1; second <= 35; second += 1) report.metrics(metricsOf(second))
    expect(lines).toHaveLength(3)
    expect(lines[0]).toBe(
      '1970-01-01T00:00:00.000Z INFO  flights | 0 records, 0/s | no watermark yet | no checkpoint yet\n',
    )
  })
})

describe('as JSON', () => {
  const lines: string[] = []
  const logged: string[] = []
  const log = {
    info: (message: string) => logged.push(message),
    warn: (message: string) => logged.push(message),
  }
  const report = jsonReport((line) => lines.push(line), log, clock)

  it('events and metrics are one object per line', () => {
    report.event(skipped)
    report.metrics(metricsOf(1, { records: 5 }))
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { type: 'event', time: '1970-01-01T00:00:00.000Z', kind: 'checkpoint-skipped', epoch: 3 },
      { type: 'metrics', time: '1970-01-01T00:16:41.000Z', records: 5 },
    ])
  })

  it('an error comes with its code, place, causes and advice', () => {
    const cause = new Error('EACCES')
    const error = new MillraceError('SINK_FAILED', 'cannot write', { where: { sink: 'lake' }, cause })
    report.event({ kind: 'failed', error })
    expect(JSON.parse(lines.at(-1)!).error).toEqual({
      code: 'SINK_FAILED',
      message: 'cannot write',
      where: { sink: 'lake' },
      causes: ['EACCES'],
      retryable: true,
      advice: error.advice,
    })
  })

  it('what parts of the job say goes elsewhere', () => {
    report.log.info('shard opened')
    expect(logged).toEqual(['shard opened'])
    expect(lines.join('')).not.toContain('shard opened')
  })
})
