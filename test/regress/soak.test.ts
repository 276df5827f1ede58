import { afterEach, describe, expect, it, vi } from "vitest";
import { Channel } from "../../sim/bfm/channel.ts";
import { soak } from "../../sim/soak/link.ts";
import { linkFaults } from "../../sim/soak/link-scenario.ts";
import { narrow, plain } from "../link/devices.ts";

afterEach(() => vi.restoreAllMocks());

describe("soaks with one kind of trouble", () => {
  it.each(linkFaults)("%s: nothing is lost with retry; without, what the cable damages", async (faults) => {
    const withRetry = await soak(narrow, 3, 300, faults);
    expect(withRetry.damaged).toBe(0);
    expect(withRetry.packets + withRetry.dropped + withRetry.excused).toBeGreaterThan(280);
    const without = await soak(plain, 1, 300, faults);
    expect(without.replays).toBe(0);
    if (faults === "none")
      expect(without).toMatchObject({ damaged: 0, packets: 300, bitErrors: 0, flaps: 0 });
    if (faults === "bits") expect(without.damaged).toBeGreaterThan(0);
  });

  it("are failures where packets are lost that the cable did not damage", async () => {
    vi.spyOn(Channel.prototype, "counts", "get").mockReturnValue({
      bitErrors: 0,
      burstBitErrors: 0,
    } as never);
    await expect(soak(plain, 1, 300, "bits")).rejects.toThrow(
      /packets are lost; the cable damaged 0 at most/u,
    );
  });
});
