/** Whether bytes are text that can be compared by lines, told as git tells it. */

/** As far as git looks for a NUL (`FIRST_FEW_BYTES` in git's xdiff-interface.c). */
const PROBED_BYTES = 8000;

export const isBinary = (content: Buffer): boolean => content.subarray(0, PROBED_BYTES).includes(0);
