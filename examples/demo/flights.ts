import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'

/** The flights in the United States in early 2001. */
export const flightsFile = fileURLToPath(
  new URL('../data/flights-3m.parquet', import.meta.resolve('vega-datasets')),
)

/** The first flights of the file, in its order, as JSON for the stream. */
export async function* readFlights(limit: number) {
  const connection = await (await DuckDBInstance.create()).connect()
  const flights = await connection.stream(
    `select epoch_ms("date") as date, delay, distance, origin, destination from '${flightsFile}' limit ${limit}`,
  )
  for (;;) {
    const chunk = await flights.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) return
    const [dates, delays, distances, origins, destinations] = chunk.getColumns()
    for (let row = 0; row < chunk.rowCount; row += 1) {
      const origin = String(origins![row])
      const flight = `{"date":${dates![row]},"delay":${delays![row]},"distance":${distances![row]},"origin":"${origin}","destination":"${destinations![row]}"}`
      yield { data: Buffer.from(flight), partitionKey: origin }
    }
  }
}
