using System.Net;
using System.Net.Http.Headers;
using System.Net.Mail;
using System.Text;
using Microsoft.Extensions.Options;

namespace Platform.Identity.Messages;

/// <summary>A message that nobody will take, however often it is tried.</summary>
internal sealed class UndeliverableException(string reason) : Exception(reason);

/// <summary>Sends e-mail by SMTP.</summary>
internal sealed class SmtpDelivery(IOptions<MailOptions> options)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public async Task SendAsync(Message message, CancellationToken ct)
    {
        var o = options.Value;
        using var client = new SmtpClient(o.Host!, o.Port) { EnableSsl = o.StartTls, DeliveryMethod = SmtpDeliveryMethod.Network, DeliveryFormat = SmtpDeliveryFormat.International };
        if (o.Username is { Length: > 0 } user)
        {
            client.Credentials = new NetworkCredential(user, o.Password);
        }

        // The address was checked when it was taken; MailAddress and Subject refuse line ends once more.
        using var mail = new MailMessage(new MailAddress(o.From), new MailAddress(message.To))
        {
            Subject = message.Subject,
            Body = message.Text,
            SubjectEncoding = Encoding.UTF8,
            BodyEncoding = Encoding.UTF8,
            IsBodyHtml = false,
        };
        mail.Headers.Add("Auto-Submitted", "auto-generated"); // RFC 3834: no answers from holiday responders.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            await client.SendMailAsync(mail, patience.Token);
        }
        catch (SmtpFailedRecipientException exception) when (IsFinal(exception.StatusCode))
        {
            throw new UndeliverableException(exception.StatusCode.ToString());
        }
    }

    private static bool IsFinal(SmtpStatusCode status) =>
        status is SmtpStatusCode.MailboxUnavailable or SmtpStatusCode.MailboxNameNotAllowed or SmtpStatusCode.UserNotLocalTryAlternatePath;
}

/// <summary>Sends SMS through an HTTP provider with Twilio's message API.</summary>
internal sealed class SmsDelivery(IHttpClientFactory clients, IOptions<SmsOptions> options)
{
    public const string ClientName = "sms";

    public async Task SendAsync(Message message, CancellationToken ct)
    {
        var o = options.Value;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(o.BaseAddress!, $"/2010-04-01/Accounts/{Uri.EscapeDataString(o.AccountSid)}/Messages.json"))
        {
            Content = new FormUrlEncodedContent([new("To", message.To), new("From", o.From), new("Body", message.Text)]),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{o.AccountSid}:{o.AuthToken}")));
        using var client = clients.CreateClient(ClientName);
        using var response = await client.SendAsync(request, ct);
        if ((int)response.StatusCode is >= 400 and < 500 and not (408 or 429 or 401 or 403))
        {
            throw new UndeliverableException($"the provider answered {(int)response.StatusCode}");
        }

        response.EnsureSuccessStatusCode();
    }
}
