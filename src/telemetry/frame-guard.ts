/** Watches the bytes of one MQTT connection; false from the first packet that is announced as too large. */
export interface FrameGuard {
  accepts(chunk: Uint8Array): boolean;
}

/**
 * MQTT 3.1.1 lets a client announce no largest packet and the library buffers whatever length a packet claims
 * (up to 256 MB). Reads only the fixed header of MQTT 3.1.1 section 2.2: type byte, then a length of 1 to 4 bytes.
 */
export function createFrameGuard(largestBytes: number): FrameGuard {
  let skipBytes = 0;
  let lengthBytes = 0;
  let scale = 0;
  let isOver = false;

  function readHeaderByte(byte: number): void {
    if (scale === 0) {
      scale = 1;
      return;
    }
    lengthBytes += (byte & 0x7f) * scale;
    scale *= 128;
    if ((byte & 0x80) !== 0) {
      isOver = scale > 128 ** 3;
      return;
    }
    isOver = lengthBytes > largestBytes;
    skipBytes = lengthBytes;
    lengthBytes = 0;
    scale = 0;
  }

  return {
    accepts(chunk) {
      for (let index = 0; index < chunk.length && !isOver; ) {
        if (skipBytes > 0) {
          const step = Math.min(skipBytes, chunk.length - index);
          skipBytes -= step;
          index += step;
        } else {
          readHeaderByte(chunk[index] ?? 0);
          index += 1;
        }
      }
      return !isOver;
    },
  };
}
