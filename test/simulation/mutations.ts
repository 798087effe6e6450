/** A deliberate defect: a text of one source file that is replaced by another. */
export interface Mutation {
  readonly name: string
  readonly file: string
  /** Must be there, once. */
  readonly from: string
  readonly to: string
  /** A seed that finds it. */
  readonly foundBy: number
}

/** Defects that simulations must find, from the sources to the sinks. */
export const mutations: readonly Mutation[] = [
  {
    name: 'a manifest is published before its parts are written',
    file: 'src/checkpoint/coordinator.ts',
    from: 'await this.#store.writeOnce(entry.name, content)',
    to: 'void this.#clock.sleep(40).then(() => this.#store.writeOnce(entry.name, content))',
    foundBy: 0,
  },
  {
    name: 'sinks commit before the manifest is published',
    file: 'src/runtime/attempt.ts',
    from: 'const { permit, sizeBytes } = await coordinator.complete(staged)',
    to: `const early = coordinator.permit()
    for (const sink of sinks) await sink.commit(staged.sinks[sink.name]!.committables, early)
    const { permit, sizeBytes } = await coordinator.complete(staged)`,
    foundBy: 0,
  },
  {
    name: 'a start does not repeat the commits of its checkpoint',
    file: 'src/runtime/attempt.ts',
    from: 'if (committables.length > 0) await sink.commit(committables, coordinator.permit())',
    to: '',
    foundBy: 40,
  },
  {
    name: 'no fence: an epoch that is taken is taken for published',
    file: 'src/checkpoint/protocol.ts',
    from: "if (outcome === 'taken') return 'taken'",
    to: "if (outcome === 'taken') return 'published'",
    foundBy: 2,
  },
  {
    name: 'no fence against a run that slept while its next epoch was published and deleted',
    file: 'src/checkpoint/protocol.ts',
    from: "return epochs.some((other) => other > epoch) ? 'overtaken' : 'published'",
    to: "return epochs.length < 0 ? 'overtaken' : 'published'",
    foundBy: 39,
  },
  {
    name: 'publishing is no longer atomic: it looks first, and then overwrites',
    file: 'src/checkpoint/coordinator.ts',
    from: 'const outcome = await this.#store.writeOnce(manifestName(epoch), encodeManifest(manifest))',
    to: `if ((await this.#store.read(manifestName(epoch))) !== undefined) return 'taken'
    await this.#store.delete(manifestName(epoch))
    const outcome: string = await this.#store.writeOnce(manifestName(epoch), encodeManifest(manifest))`,
    foundBy: 14,
  },
  {
    name: 'a claim forgets what its checkpoint was to commit',
    file: 'src/checkpoint/protocol.ts',
    from: 'return { ...last, epoch, generation: epoch, createdAt }',
    to: 'return { ...last, sinks: {}, epoch, generation: epoch, createdAt }',
    foundBy: 0,
  },
  {
    name: 'parts of a later generation are deleted',
    file: 'src/checkpoint/protocol.ts',
    from: 'parts: parts.filter((part) => !used.has(part) && generationOf(part) <= ownGeneration),',
    to: 'parts: parts.filter((part) => !used.has(part) && generationOf(part) <= Number.POSITIVE_INFINITY * ownGeneration),',
    foundBy: 16,
  },
  {
    name: 'only the newest epoch keeps its parts',
    file: 'src/checkpoint/protocol.ts',
    from: 'const used = new Set(retained.flatMap(partsOf).map((part) => part.name))',
    to: 'const used = new Set(retained.slice(-1).flatMap(partsOf).map((part) => part.name))',
    foundBy: 0,
  },
  {
    name: 'recovery takes the oldest checkpoint',
    file: 'src/checkpoint/recovery.ts',
    from: 'sort((a, b) => b - a)\n  const found',
    to: 'sort((a, b) => a - b)\n  const found',
    foundBy: 0,
  },
  {
    name: 'a position is past records that are fetched, but not handed over',
    file: 'src/runtime/source-task.ts',
    from: `for (const [id, { position }] of this.#splits) {
      if (position !== undefined) positions[id] = position.after`,
    to: `for (const [id, task] of this.#splits) {
      const reached = task.ready?.position ?? task.position
      if (reached !== undefined) positions[id] = reached.after`,
    foundBy: 9,
  },
  {
    name: 'a restart begins every split anew',
    file: 'src/runtime/source-task.ts',
    from: 'this.#restored = new Map(Object.entries(restored?.positions ?? {}))',
    to: 'this.#restored = new Map()',
    foundBy: 0,
  },
  {
    name: 'sinks are not told to commit',
    file: 'src/runtime/attempt.ts',
    from: 'for (const sink of sinks) await sink.commit(staged.sinks[sink.name]!.committables, permit)',
    to: 'void permit',
    foundBy: 3,
  },
  {
    name: 'recovery does not look behind a checkpoint that is torn',
    file: 'src/checkpoint/recovery.ts',
    from: "if ('manifest' in candidate) break",
    to: 'break',
    foundBy: 6,
  },
  {
    name: 'a checkpoint does not wait for what is in flight',
    file: 'src/runtime/attempt.ts',
    from: `        await this.#settled()
        this.#checkpointAside()`,
    to: '        this.#checkpointAside()',
    foundBy: 29,
  },
  {
    name: 'a checkpoint has no positions',
    file: 'src/runtime/attempt.ts',
    from: 'const positions = restored?.finished ? restored.sources : opened',
    to: 'const positions = {}',
    foundBy: 0,
  },
  {
    name: 'a sink starts without its state',
    file: 'src/runtime/assemble.ts',
    from: 'sink.open(context, restored?.sinks[name]?.state)',
    to: 'sink.open(context, undefined)',
    foundBy: 0,
  },
  {
    name: 'children begin at LATEST',
    file: 'connectors/kinesis/sdk-kinesis-api.ts',
    from: "return { ShardIteratorType: 'TRIM_HORIZON' }",
    to: "return { ShardIteratorType: 'LATEST' }",
    foundBy: 0,
  },
  {
    name: 'a child is read as soon as one parent is finished',
    file: 'connectors/kinesis/lineage.ts',
    from: 'this.unfinished.filter(({ parents }) => parents.every((parent) => this.#finished.has(parent)))',
    to: 'this.unfinished.filter(({ parents }) => parents.length === 0 || parents.some((parent) => this.#finished.has(parent)))',
    foundBy: 9,
  },
  {
    name: 'the lineage forgets which shards were read',
    file: 'connectors/kinesis/lineage.ts',
    from: 'finished: [...this.#finished],',
    to: 'finished: [],',
    foundBy: 9,
  },
  {
    name: 'the lineage leaves out children that are not opened yet',
    file: 'connectors/kinesis/lineage.ts',
    from: 'shards: [...this.#shards.values()].map(',
    to: "shards: [...this.#shards.values()].filter(({ kind }) => kind === 'root').map(",
    foundBy: 9,
  },
  {
    name: 'only the first page of shards is listed',
    file: 'connectors/kinesis/list-all-shards.ts',
    from: 'next = page.next',
    to: 'next = undefined',
    foundBy: 1,
  },
  {
    name: 'windows start empty',
    file: 'operators/window-aggregation.ts',
    from: 'await this.#state.open(this.#restored.layers, this.#context)',
    to: '',
    foundBy: 0,
  },
  {
    name: 'keyed state starts without its timers',
    file: 'operators/keyed/keyed-operator.ts',
    from: 'for (const time of event) this.#timers.add(key, time)',
    to: 'void event',
    foundBy: 1,
  },
  {
    name: 'keyed state starts empty',
    file: 'operators/keyed/keyed-operator.ts',
    from: 'await this.#state.open(this.#restored.layers, this.#context)',
    to: '',
    foundBy: 1,
  },
  {
    name: 'a table that all records look into starts empty',
    file: 'operators/joins/broadcast-table.ts',
    from: 'for (const [key, value] of this.#state.within(tableNamespace).entries()) this.#table.set(key, value)',
    to: '',
    foundBy: 29,
  },
  {
    name: 'the watermark of a split forgets its disorder',
    file: 'src/time/split-watermarks.ts',
    from: 'this.raise(split, timestamp - this.#outOfOrderMs - 1)',
    to: 'this.raise(split, timestamp + this.#outOfOrderMs)',
    foundBy: 0,
  },
  {
    name: 'the watermark of the fastest split counts',
    file: 'src/time/split-watermarks.ts',
    from: 'if (watermark < least) least = watermark',
    to: 'if (least === Number.POSITIVE_INFINITY || watermark > least) least = watermark',
    foundBy: 2,
  },
  {
    name: 'a position in an aggregated record is past all of it',
    file: 'connectors/kinesis/sequence-position.ts',
    from: "subSequence: Number(subSequence), more: more === '+' }",
    to: 'subSequence: Number(subSequence), more: more === undefined }',
    foundBy: 25,
  },
  {
    name: 'an aggregated record that was read in part is read from its beginning',
    file: 'connectors/kinesis/shard-cursor.ts',
    from: 'this.#unreadFrom(page, page.records, mustSee.subSequence + 1)',
    to: 'this.#unreadFrom(page, page.records, 0)',
    foundBy: 25,
  },
  {
    name: 'records that have expired are not missed',
    file: 'connectors/kinesis/resume.ts',
    from: "if (first !== undefined) return first.sequenceNumber === mustSee.sequenceNumber ? 'intact' : 'lost'",
    to: "if (first !== undefined) return first.sequenceNumber === mustSee.sequenceNumber ? 'intact' : 'unknown'",
    foundBy: 1155,
  },
  {
    name: 'a gap is noted as if it had begun with the record after it',
    file: 'connectors/kinesis/shard-cursor.ts',
    from: 'return { after: this.#position?.after, from: this.#readUntil, until }',
    to: 'return { after: this.#position?.after, from: this.#readUntil && until, until }',
    foundBy: 75,
  },
]
