namespace Platform.AppHost;

/// <summary>Settings of the stores, as arguments of their images.</summary>
internal static class StoreExtensions
{
    /// <summary>Keeps what the image writes at <paramref name="target"/> between runs, unless the run is a throw-away one.</summary>
    public static IResourceBuilder<T> KeepData<T>(this IResourceBuilder<T> store, RunOptions run, string target) where T : ContainerResource
        => run.Ephemeral ? store : store.WithVolume($"platform-{store.Resource.Name}", target);

    /// <summary>
    /// Sized for two cores shared with everything else; the log is large and checkpoints are rare, for bulk imports. Only a
    /// throw-away run gives up the promise that what was committed is on disk; what was committed outlives a killed server
    /// there as well, since the system has it.
    /// </summary>
    public static IResourceBuilder<PostgresServerResource> WithTuning(this IResourceBuilder<PostgresServerResource> postgres, RunOptions run)
    {
        string[] settings =
        [
            "shared_preload_libraries=pg_stat_statements",
            "max_connections=200",
            $"shared_buffers={SharedBuffers()}MB",
            "effective_cache_size=2GB",
            "work_mem=16MB",
            "maintenance_work_mem=128MB",
            "wal_buffers=16MB",
            "max_wal_size=4GB",
            "min_wal_size=512MB",
            "wal_compression=on",
            "checkpoint_timeout=15min",
            "checkpoint_completion_target=0.9",
            "random_page_cost=1.1",
            "jit=off",
            "log_min_duration_statement=1000",
            // Logs are read by more people than tables: no values of parameters, and not the row that a constraint refuses.
            "log_parameter_max_length=0",
            "log_error_verbosity=terse",
            .. run.Ephemeral ? (string[])["fsync=off", "full_page_writes=off"] : [],
        ];
        return postgres.WithArgs([.. settings.SelectMany(s => new[] { "-c", s })]).KeepData(run, "/var/lib/postgresql/data");
    }

    /// <summary>
    /// An eighth of the memory, from 128 MB to 1 GB: enough for what look-ups among a million indicators touch, of which each page that
    /// has to be fetched from the system's cache costs 20 µs. What is not touched is not resident.
    /// </summary>
    private static long SharedBuffers() => Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8 >> 20, 128, 1_024);

    /// <summary>May forget anything, least used first.</summary>
    public static IResourceBuilder<RedisResource> WithCacheSettings(this IResourceBuilder<RedisResource> redis)
        => redis.WithServerOptions("--maxmemory 256mb --maxmemory-policy allkeys-lfu --appendonly no");

    /// <summary>Limits, nonces and deny lists: forgets nothing, and loses at most the last second.</summary>
    public static IResourceBuilder<RedisResource> WithStateSettings(this IResourceBuilder<RedisResource> redis, RunOptions run)
        => redis.WithServerOptions("--maxmemory 256mb --maxmemory-policy noeviction --appendonly yes --appendfsync everysec")
            .KeepData(run, "/data");

    // The image's command is one line for a shell, the last argument.
    private static IResourceBuilder<RedisResource> WithServerOptions(this IResourceBuilder<RedisResource> redis, string options)
        => redis.WithArgs(context => context.Args[^1] = $"{context.Args[^1]} {options}");
}
