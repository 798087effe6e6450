import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { jobGuarantee } from '../../src/graph/guarantee.ts'
import { planOf } from '../../src/graph/plan.ts'
import { planMermaid } from '../../src/graph/plan-mermaid.ts'
import { guaranteeText, planText } from '../../src/graph/plan-text.ts'
import { job } from '../../src/job.ts'
import { fakeSink, fakeSource, flightsJob } from './fake-job.ts'

const golden = (name: string) => readFileSync(new URL(`./golden/${name}`, import.meta.url), 'utf8').trimEnd()

describe('the plan of a job', () => {
  const plan = planOf(flightsJob)

  it('reads as text, from sources to sinks', () => {
    expect(planText(plan)).toBe(golden('flights.txt'))
  })

  it('reads as a Mermaid diagram', () => {
    expect(planMermaid(plan)).toBe(golden('flights.mmd'))
  })

  it('says what checkpoints keep, and under which name', () => {
    const kept = plan.steps.flatMap(({ id, keeps }) => (keeps === undefined ? [] : [`${id}: ${keeps}`]))
    expect(kept).toContain('east: positions')
    expect(kept).toContain('per-day: state')
    expect(kept).toContain('lake: deliveries')
    expect(kept.join()).not.toContain('map-1')
  })

  it('names the checkpoint folder that a run would use', () => {
    expect(plan.checkpoint).toEqual({ everyMs: 10_000, store: 'folder .millrace/flights' })
  })

  it('survives JSON', () => {
    expect(JSON.parse(JSON.stringify(plan)).steps).toHaveLength(plan.steps.length)
  })
})

describe('the guarantee of a job', () => {
  const oneStep = (replayable: boolean, guarantee: 'exactly-once' | 'at-least-once' | 'at-most-once') =>
    jobGuarantee(
      job('one-step', ({ from }) =>
        from('in', fakeSource('x', { replayable })).pipe(fakeSink('out', guarantee)),
      ).graph,
    )

  it.each([
    [true, 'exactly-once', 'exactly-once'],
    [true, 'at-least-once', 'at-least-once'],
    [true, 'at-most-once', 'at-most-once'],
    [false, 'exactly-once', 'at-most-once'],
    [false, 'at-most-once', 'at-most-once'],
    [false, 'at-least-once', 'none'],
  ] as const)('with a source replayable: %s and a sink %s is %s', (replayable, sink, expected) => {
    expect(oneStep(replayable, sink).guarantee).toBe(expected)
  })

  it('is that of the weakest sink', () => {
    const { guarantee, sinks } = jobGuarantee(flightsJob.graph)
    expect(guarantee).toBe('at-least-once')
    expect(Object.fromEntries(sinks.map((sink) => [sink.sink, sink.guarantee]))).toEqual({
      garbage: 'exactly-once',
      'late-flights': 'exactly-once',
      lake: 'exactly-once',
      alerts: 'at-least-once',
    })
  })

  it('looks only at the sources that reach the sink', () => {
    const garbage = jobGuarantee(flightsJob.graph).sinks.find((sink) => sink.sink === 'garbage')
    expect(garbage?.because.join()).not.toContain('west')
  })

  it('says what else a source does for it', () => {
    const source = fakeSource('x', { brings: 'drops what was put again' })
    const { sinks } = jobGuarantee(job('one', ({ from }) => from('in', source).pipe(fakeSink('out'))).graph)
    expect(sinks[0]?.because).toEqual([
      'source in can be read again from the positions of a checkpoint',
      'source in drops what was put again',
      'sink out is exactly-once: a rename publishes a file once',
    ])
  })

  it('says why, in words', () => {
    expect(guaranteeText(planOf(flightsJob)).split('\n').slice(-4)).toEqual([
      '  alerts: at-least-once',
      '    - source east can be read again from the positions of a checkpoint',
      '    - source west can be read again from the positions of a checkpoint',
      '    - sink alerts is at-least-once: a retry writes again',
    ])
  })
})
