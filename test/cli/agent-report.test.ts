import { describe, expect, it } from 'vitest'
import { agentReport } from '../../src/cli/agent-report.ts'
import { FakeEnvironment } from './fake-environment.ts'

const none = {
  ...{ files: 1, records: 0, bytes: 0, unreadBytes: 0, piecesOfLong: 0, shortened: 0, discardedBytes: 0 },
  ...{ emptyLines: 0, bad: 0, rewritten: 0, lostBytes: 0, refused: 0 },
}

class TimedEnvironment extends FakeEnvironment {
  at = 0
  override readonly clock = { now: () => this.at, sleep: async () => {} }
}

function reporting(json: boolean, isTTY: boolean) {
  const environment = new TimedEnvironment()
  environment.isTTY = isTTY
  return { environment, report: agentReport(environment, json) }
}

describe('the report of an agent', () => {
  it('is a line now and then in a log, only when something has changed, and one at the end', () => {
    const { environment, report } = reporting(false, false)
    for (environment.at = 0; environment.at <= 30_000; environment.at += 1000) {
      report.progress({ ...none, records: environment.at < 15_000 ? 1 : 2000, bytes: 10 })
    }
    report.close()
    expect(environment.err.split('\n')).toEqual([
      '1970-01-01T00:00:10.000Z INFO  1 record, 10 bytes sent in 10s | 1 file | all read',
      '1970-01-01T00:00:20.000Z INFO  2,000 records, 10 bytes sent in 20s | 1 file | all read',
      '1970-01-01T00:00:31.000Z INFO  2,000 records, 10 bytes sent in 31s | 1 file | all read',
      '',
    ])
    expect(environment.out).toBe('')
  })

  it('is a line that is rewritten on a terminal', () => {
    const { environment, report } = reporting(false, true)
    environment.at = 500
    report.progress({ ...none, files: 2, unreadBytes: 1234 })
    report.log.warn('a file')
    expect(environment.err).toBe(
      '\r\x1b[2K0 records, 0 bytes sent in 500ms | 2 files | 1,234 bytes to read' +
        '\r\x1b[2K1970-01-01T00:00:00.500Z WARN  a file\n',
    )
  })

  it('names what is rare only where there is some', () => {
    const { environment, report } = reporting(false, false)
    report.progress({ ...none, piecesOfLong: 2, lostBytes: 3, refused: 1 })
    report.close()
    expect(environment.err).toContain(
      '| 2 pieces of long ones | 3 bytes lost to truncation or deletion | 1 files or folders that cannot be read',
    )
  })

  it('is JSON on stdout where asked for', () => {
    const { environment, report } = reporting(true, true)
    report.progress(none)
    environment.at = 1000
    report.progress(none)
    report.progress(none)
    report.close()
    const line = { type: 'progress', time: '1970-01-01T00:00:01.000Z', ...none }
    expect(
      environment.out
        .trimEnd()
        .split('\n')
        .map((each) => JSON.parse(each)),
    ).toEqual([line, line])
    expect(environment.err).toBe('')
  })
})
