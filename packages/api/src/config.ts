/** Settings of the HTTP edge; the composition root fills them from its environment. */

export interface ApiConfig {
  /** For the connection that reads event streams. */
  redisUrl: string;
  /** Requests a tenant may send per window, over all its people and keys. */
  requestLimit: { points: number; windowSec: number };
  /** Seconds without an event after which a stream says that it lives. */
  heartbeatSec: number;
  /** Seconds after which an open stream checks whether its caller may still listen. */
  revalidateSec: number;
  /** Bytes that may wait for a slow listener before it is disconnected; it resumes where it was. */
  streamBufferBytes: number;
  /** Event streams that may be open at once. */
  maxStreams: { perTenant: number; perProcess: number };
  /** This process opens the door of the workloads, so it is ready only while that is served. */
  opensDoor: boolean;
}

export const apiDefaults: Omit<ApiConfig, "redisUrl"> = {
  requestLimit: { points: 600, windowSec: 10 },
  heartbeatSec: 5,
  revalidateSec: 60,
  streamBufferBytes: 1_048_576,
  maxStreams: { perTenant: 300, perProcess: 10_000 },
  opensDoor: false,
};
