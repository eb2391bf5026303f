using System.Diagnostics.CodeAnalysis;
using System.Net.Mail;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Platform.Identity.SignIn;

namespace Platform.Identity.Messages;

/// <summary>
/// Sends what is queued, one at a time, until somebody took it or it expired. A message that was sent and not yet deleted
/// when the process died is sent again: at least once.
/// </summary>
internal sealed partial class MessageSender(
    NpgsqlDataSource source,
    MessageQueue queue,
    SmtpDelivery smtp,
    SmsDelivery sms,
    SendReset sendReset,
    IOptions<MailOptions> mail,
    IOptions<SmsOptions> smsOptions,
    TimeProvider clock,
    ILogger<MessageSender> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(5);

    private const string Take = """
        SELECT id, content, attempts, expires_at FROM outgoing_messages WHERE next_attempt_at <= $1 ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED
        """;

    private const string Delete = "DELETE FROM outgoing_messages WHERE id = $1";
    private const string Defer = "UPDATE outgoing_messages SET attempts = attempts + 1, next_attempt_at = $2 WHERE id = $1";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Pause;
            try
            {
                while (await SendNextAsync(stoppingToken))
                {
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogWaiting(log, exception);
                pause = PauseAfterFault;
            }

            await Task.Delay(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> SendNextAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var (id, content, attempts, expires) = (Guid.Empty, Array.Empty<byte>(), 0, DateTimeOffset.MinValue);
        await using (var take = new NpgsqlCommand(Take, connection, transaction) { Parameters = { new() { Value = clock.GetUtcNow() } } })
        {
            await using var reader = await take.ExecuteReaderAsync(ct);
            if (!await reader.ReadAsync(ct))
            {
                return false;
            }

            (id, content, attempts, expires) = (reader.GetGuid(0), reader.GetFieldValue<byte[]>(1), reader.GetInt32(2), reader.GetFieldValue<DateTimeOffset>(3));
        }

        var isDone = clock.GetUtcNow() >= expires || !TryRead(id, content, out var message) || await TrySendAsync(message, ct);
        await using var settle = new NpgsqlCommand(isDone ? Delete : Defer, connection, transaction) { Parameters = { new() { Value = id } } };
        if (!isDone)
        {
            settle.Parameters.Add(new() { Value = clock.GetUtcNow() + TimeSpan.FromSeconds(Math.Min(300, 2 << Math.Min(attempts, 8))) });
        }

        await settle.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>What was sealed under another key will never be read; it must not stop what stands behind it.</summary>
    private bool TryRead(Guid id, byte[] content, [NotNullWhen(true)] out Message? message)
    {
        try
        {
            message = queue.Read(id, content);
            return true;
        }
        catch (Exception exception) when (exception is CryptographicException or JsonException)
        {
            LogUnreadable(log, id, exception.GetType().Name);
            message = null;
            return false;
        }
    }

    /// <summary>False when it is worth another attempt.</summary>
    private async Task<bool> TrySendAsync(Message message, CancellationToken ct)
    {
        try
        {
            switch (message.Channel)
            {
                case Channel.ResetRequest:
                    await sendReset.RunAsync(message.TenantId, message.To, ct);
                    return true;
                case Channel.Email when mail.Value.Host is { Length: > 0 }:
                    await smtp.SendAsync(message, ct);
                    return true;
                case Channel.Sms when smsOptions.Value.BaseAddress is not null:
                    await sms.SendAsync(message, ct);
                    return true;
                default:
                    LogNobodySends(log, message.Channel);
                    return false;
            }
        }
        catch (UndeliverableException exception)
        {
            LogUndeliverable(log, message.Channel, exception.Message);
            return true;
        }
        catch (Exception exception) when (exception is SmtpException or HttpRequestException || (exception is OperationCanceledException && !ct.IsCancellationRequested))
        {
            LogFailed(log, message.Channel, exception.GetType().Name);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Error, "Message {Id} cannot be read and is dropped: {Fault}")]
    private static partial void LogUnreadable(ILogger logger, Guid id, string fault);

    [LoggerMessage(LogLevel.Warning, "Messages wait, and are sent as soon as that is possible again")]
    private static partial void LogWaiting(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Warning, "A message by {Channel} waits: nothing is configured that sends it")]
    private static partial void LogNobodySends(ILogger logger, Channel channel);

    [LoggerMessage(LogLevel.Warning, "A message by {Channel} was refused for good: {Reason}")]
    private static partial void LogUndeliverable(ILogger logger, Channel channel, string reason);

    [LoggerMessage(LogLevel.Warning, "A message by {Channel} could not be sent and is tried again: {Reason}")]
    private static partial void LogFailed(ILogger logger, Channel channel, string reason);
}
