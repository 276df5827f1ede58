/** Largest credit block, bytes: what CBFC allows (CreditSize 32 ... 2048) and the block arithmetic of the RTL holds. */
export const maxCreditBlockBytes = 2048;
