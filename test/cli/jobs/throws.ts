function readConfig(): never {
  throw new Error('FLIGHTS_STREAM is not set')
}

export default readConfig()
