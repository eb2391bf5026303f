using System.Diagnostics;
using MassTransit;
using MassTransit.Logging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.ServiceDefaults.Settings;

namespace Platform.ServiceDefaults;

/// <summary>RabbitMQ through MassTransit: quorum queues, batches, retry with back-off, then <c>_error</c>.</summary>
public static class MessagingSetup
{
    /// <summary>Messaging of a service with a database: outbox relay and inbox included.</summary>
    public static IHostApplicationBuilder AddMessaging<TDb>(this IHostApplicationBuilder builder, string serviceName, Action<ConsumerRegistry>? consumers = null)
        where TDb : PlatformDbContext
    {
        builder.Services.AddSingleton<Inbox<TDb>>();
        builder.Services.AddSingleton<OutboxMetrics>();
        builder.Services.AddHostedService<OutboxRelay>();
        return builder.AddBus(serviceName, consumers);
    }

    /// <summary>Messaging of a service without an outbox of its own.</summary>
    public static IHostApplicationBuilder AddMessaging(this IHostApplicationBuilder builder, string serviceName, Action<ConsumerRegistry>? consumers = null)
    {
        builder.Services.AddSingleton(services => new EventShipper(
            services.GetRequiredService<IBus>(), services.GetRequiredService<BusStart>(), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<EventShipper>>()));
        builder.Services.AddHostedService(services => services.GetRequiredService<EventShipper>());
        return builder.AddBus(serviceName, consumers);
    }

    private static IHostApplicationBuilder AddBus(this IHostApplicationBuilder builder, string serviceName, Action<ConsumerRegistry>? consumers)
    {
        var address = new Uri(builder.Configuration.GetConnectionString("rabbitmq")
            ?? throw new InvalidOperationException("ConnectionStrings:rabbitmq is not set."));
        // Several platforms may share one broker: each names its exchanges and queues with a prefix of its own.
        var prefix = builder.Configuration["Messaging:Prefix"] is { Length: > 0 } name ? name + "." : "";
        var registry = new ConsumerRegistry();
        consumers?.Invoke(registry);
        registry.AddInstanceConsumer<SettingsConsumer>(Guid.CreateVersion7().ToString("N"));
        builder.Services.TryAddSingleton<LiveSettings>();
        builder.Services.AddSingleton(new SettingsOwner(serviceName));
        builder.Services.AddHostedService<AskForSettings>();
        builder.Services.AddSingleton<ILoggerProvider, LogFile>();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            // The outbox keeps what is said meanwhile, so a broker that is away degrades a service and does not stop it.
            bus.ConfigureHealthCheckOptions(o =>
            {
                o.Name = "broker";
                o.MinimalFailureStatus = HealthStatus.Degraded;
                o.Tags.Clear();
            });
            foreach (var consumer in registry.Consumers)
            {
                bus.AddConsumer(consumer.Type);
            }

            bus.UsingRabbitMq((context, rabbit) =>
            {
                LogContext.ConfigureCurrentLogContext(new QuietReturns(context.GetRequiredService<ILoggerFactory>()));
                rabbit.Host(address);
                rabbit.ConfigurePublish(publish => publish.UseExecute(CarryTrace));
                rabbit.MessageTopology.SetEntityNameFormatter(new ExchangeNames(rabbit.MessageTopology.EntityNameFormatter, prefix));

                foreach (var consumer in registry.Consumers)
                {
                    rabbit.ReceiveEndpoint(prefix + consumer.Queue(serviceName), endpoint => consumer.Configure(endpoint, context));
                }
            });
        });
        builder.Services.RemoveMassTransitHostedService();
        builder.Services.AddSingleton(services => new BusStart(
            services.GetRequiredService<IBusDepot>(), address, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<BusStart>>()));
        builder.Services.AddHostedService(services => services.GetRequiredService<BusStart>());
        builder.Services.AddSingleton(new QueueNames(address, [.. registry.Consumers.Select(c => (prefix + c.Queue(serviceName), c.Label(serviceName)))]));
        builder.Services.AddHostedService<QueueFigures>();
        return builder;
    }

    /// <summary>
    /// MassTransit names its own span to the consumer, and nothing when that is not recorded; then the consumer would start
    /// a trace. So it is told what it is part of in any case.
    /// </summary>
    private static void CarryTrace(PublishContext context)
    {
        if (Activity.Current?.Id is { } sender)
        {
            context.Headers.Set(DiagnosticHeaders.ActivityId, sender);
        }
    }
}

/// <summary>The consumers of one service.</summary>
public sealed class ConsumerRegistry
{
    internal List<Registration> Consumers { get; } = [];

    /// <summary>
    /// A consumer of <c>Batch&lt;TEvent&gt;</c> on a durable quorum queue named <c>{service}.{consumer}</c>.
    /// </summary>
    /// <param name="messageLimit">Messages of one batch at most.</param>
    /// <param name="timeLimit">How long a batch waits to fill; a single message waits this long.</param>
    /// <param name="concurrency">Batches at work at once; 1 keeps the order.</param>
    public ConsumerRegistry AddBatchConsumer<TConsumer, TEvent>(int messageLimit = 50, TimeSpan? timeLimit = null, int concurrency = 1)
        where TConsumer : class, IConsumer<Batch<TEvent>>
        where TEvent : class
    {
        var wait = timeLimit ?? TimeSpan.FromMilliseconds(20);
        Consumers.Add(new Registration(typeof(TConsumer), null, (endpoint, context) =>
        {
            endpoint.SetQuorumQueue();
            endpoint.PrefetchCount = messageLimit * (concurrency + 1);
            Retry(endpoint);
            endpoint.ConfigureConsumer<TConsumer>(context, consumer => consumer.Options<BatchOptions>(o => o
                .SetMessageLimit(messageLimit).SetTimeLimit(wait).SetConcurrencyLimit(concurrency)));
        }));
        return this;
    }

    /// <summary>
    /// A consumer of several events on one durable quorum queue that all instances share: each message goes to one of them,
    /// one after the other.
    /// </summary>
    public ConsumerRegistry AddSharedConsumer<TConsumer>()
        where TConsumer : class, IConsumer
    {
        Consumers.Add(new Registration(typeof(TConsumer), null, (endpoint, context) =>
        {
            endpoint.SetQuorumQueue();
            endpoint.PrefetchCount = 20;
            endpoint.ConcurrentMessageLimit = 1;
            Retry(endpoint);
            endpoint.ConfigureConsumer(context, typeof(TConsumer));
        }));
        return this;
    }

    /// <summary>
    /// A consumer on a queue of this process alone: for caches that every instance keeps. The queue outlives a restart of
    /// the broker, so that nothing said meanwhile is missed, and goes five minutes after its process.
    /// </summary>
    public ConsumerRegistry AddInstanceConsumer<TConsumer>(string instance)
        where TConsumer : class, IConsumer
    {
        Consumers.Add(new Registration(typeof(TConsumer), instance, (endpoint, context) =>
        {
            endpoint.QueueExpiration = TimeSpan.FromMinutes(5);
            endpoint.PrefetchCount = 100;
            endpoint.ConfigureConsumer(context, typeof(TConsumer));
        }));
        return this;
    }

    /// <summary>About five minutes of patience with a store that is away, then the <c>_error</c> queue.</summary>
    private static void Retry(IRabbitMqReceiveEndpointConfigurator endpoint) => endpoint.UseMessageRetry(r => r
        .Exponential(14, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(200)));

    internal sealed record Registration(Type Type, string? Instance, Action<IRabbitMqReceiveEndpointConfigurator, IBusRegistrationContext> Configure)
    {
        public string Queue(string service) => Instance is null ? Label(service) : $"{Label(service)}.{Instance}";

        /// <summary>Without the instance, which would be a time series for every start of a process.</summary>
        public string Label(string service) => $"{service}.{Kebab(Type.Name)}";

        private static string Kebab(string name) => KebabCaseEndpointNameFormatter.Instance.SanitizeName(name.Replace("Consumer", "", StringComparison.Ordinal));
    }
}
