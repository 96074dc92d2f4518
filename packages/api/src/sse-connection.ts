/** One listener: a response body that takes frames in order, knows when its reader is slow or gone, and closes once. */

export interface ConnectionOptions {
  /** Bytes that may wait for the reader. */
  bufferBytes: number;
  onClose: () => void;
}

/** `body` is the answer's; `onClose` is called once, whoever ended it. Sending to a closed one does nothing. */
export class Connection {
  readonly body: ReadableStream<Uint8Array>;
  /** Epoch ms of the last frame. */
  lastSentAt = Date.now();
  readonly #options: ConnectionOptions;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #drained: (() => void) | undefined;
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#drained?.(),
        cancel: () => this.#end(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: options.bufferBytes }),
    );
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Sends a frame. A reader that lets more than the buffer pile up is disconnected: it resumes from the last id it saw. */
  send(bytes: Uint8Array): void {
    if (this.#isClosed || !this.#controller) {
      return;
    }
    if ((this.#controller.desiredSize ?? 0) < 0) {
      this.#end();
      // An error, unlike an end, also frees what still waits.
      this.#controller.error(new Error("the reader is too slow"));
      return;
    }
    this.lastSentAt = Date.now();
    this.#controller.enqueue(bytes);
  }

  /** Resolves when there is room again, or when the connection is closed. */
  async ready(): Promise<void> {
    if (this.#isClosed || (this.#controller?.desiredSize ?? 0) > 0) {
      return;
    }
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
    this.#drained = undefined;
  }

  /** Ends the body after what was sent. */
  close(): void {
    if (!this.#isClosed) {
      this.#end();
      this.#controller?.close();
    }
  }

  #end(): void {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#drained?.();
      this.#options.onClose();
    }
  }
}
