namespace Platform.Gateway.Limits;

/// <summary>
/// The one script of the limiter. A window of time is a ring of slots, one more than fills it: the oldest slot counts
/// whole until none of it lies in the window any more, so that no window, wherever it begins, holds more than its limit.
/// Time is Redis' own. All windows are charged, or none.
/// </summary>
internal static class LimitScript
{
    /// <summary>
    /// KEYS[1]: the hash. ARGV: how many requests to charge, then for each window its field, the microseconds of a slot,
    /// the slots that fill the window, the limit. More than one are charged only where a fifth of every limit
    /// stays free, and at most a hundredth of a limit, which is what an instance may let lapse.
    /// Answer: how many were charged, the microseconds until the first slot of a window ends, then for each window what is
    /// left and the microseconds until more is (after a refusal: until this request fits).
    /// </summary>
    public const string Text = """
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local cost = tonumber(ARGV[1])
        local fields = {}
        for at = 2, #ARGV, 4 do fields[#fields + 1] = ARGV[at] end
        local stored = redis.call('HMGET', KEYS[1], unpack(fields))
        local windows, slots, lefts, waits = {}, {}, {}, {}
        local allowed, moved, keep, ends = 1, false, 0, math.huge
        for i = 1, #fields do
          local at = 2 + (i - 1) * 4
          local size, ring, limit = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]) + 1, tonumber(ARGV[at + 3])
          local slot = math.floor(now / size)
          local w = stored[i] and cmsgpack.unpack(stored[i])
          if not w or #w ~= ring + 2 then
            w = {slot, 0}
            for s = 1, ring do w[s + 2] = 0 end
            moved = true
          elseif slot > w[1] then
            for s = 1, math.min(slot - w[1], ring) do
              local old = (w[1] + s) % ring + 3
              w[2] = w[2] - w[old]
              w[old] = 0
            end
            w[1] = slot
            moved = true
          elseif w[1] - slot > ring then
            -- The clock went far back: what was counted counts as of now.
            for s = 1, ring do w[s + 2] = 0 end
            w[1] = slot
            w[slot % ring + 3] = w[2]
            moved = true
          else
            slot = w[1]
          end
          local left = limit - w[2]
          cost = left - cost < limit * 0.2 and 1 or math.min(cost, math.max(1, math.floor(limit / 100)))
          windows[i], slots[i], lefts[i] = w, slot, left
          keep = math.max(keep, size * (ring + 1))
          ends = math.min(ends, math.max(0, (slot + 1) * size - now))
        end
        for i = 1, #fields do
          local at = 2 + (i - 1) * 4
          local size, ring = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]) + 1
          local w, slot, left = windows[i], slots[i], lefts[i]
          local need = 1
          if left < cost then
            allowed = 0
            need = math.min(cost - left, w[2])
          end
          local freed, wait = 0, (slot + ring) * size - now
          for s = ring - 1, 0, -1 do
            freed = freed + w[(slot - s) % ring + 3]
            if freed >= need and freed > 0 then
              wait = (slot - s + ring) * size - now
              break
            end
          end
          slots[i], waits[i] = slot % ring + 3, wait
        end
        local reply = {allowed * cost, ends}
        local write = {}
        for i = 1, #fields do
          if allowed == 1 then
            local w = windows[i]
            w[2] = w[2] + cost
            w[slots[i]] = w[slots[i]] + cost
            write[#write + 1] = fields[i]
            write[#write + 1] = cmsgpack.pack(w)
            lefts[i] = lefts[i] - cost
          end
          reply[#reply + 1] = math.max(lefts[i], 0)
          reply[#reply + 1] = waits[i]
        end
        if allowed == 1 then
          redis.call('HMSET', KEYS[1], unpack(write))
          if moved then redis.call('PEXPIRE', KEYS[1], math.ceil(keep / 1000)) end
        end
        return reply
        """;
}
