using Platform.ServiceDefaults.Telemetry;

namespace Platform.ServiceDefaults.Tests.Telemetry;

public sealed class ScrubTests
{
    [Theory]
    [InlineData("user ann.b+c@mail.example.org signed in", "user *** signed in")]
    [InlineData("Authorization: Bearer abc.def-ghi", "Authorization: Bearer ***")]
    [InlineData("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln rest", "jwt *** rest")]
    [InlineData("Host=db;Username=app;Password=hunter2;Port=5", "Host=db;Username=app;Password=***;Port=5")]
    [InlineData("localhost:6379,password=abc123,ssl=false", "localhost:6379,password=***,ssl=false")]
    [InlineData("{\"api_key\": \"pk_live_1\", \"a\":1}", "{\"api_key\": \"***\", \"a\":1}")]
    [InlineData("amqp://guest:secret@127.0.0.1:5672/", "amqp://***@127.0.0.1:5672/")]
    [InlineData("refresh_token=xyz&x=1", "refresh_token=***&x=1")]
    [InlineData("GET http://host/a/b?q=secret+name#x - 200", "GET http://host/a/b?*** - 200")]
    public void Secrets_and_addresses_are_masked(string text, string expected) => Assert.Equal(expected, Scrub.Text(text));

    [Fact]
    public void Harmless_text_comes_back_as_the_same_instance()
    {
        var text = new string("Imported 24771 objects in 4.2 s from bundle--1");
        Assert.Same(text, Scrub.Text(text));
        var at = new string("retry @ 10:00");
        Assert.Same(at, Scrub.Text(at));
    }

    [Theory]
    [InlineData("http://user:pw@host/a/b?token=1#x", "http://host/a/b")]
    [InlineData("https://host/a", "https://host/a")]
    public void Url_loses_query_fragment_and_user(string url, string expected) => Assert.Equal(expected, Scrub.Url(url));

    [Theory]
    [InlineData("select * from t where id = $1 and x = @p0", "select * from t where id = $1 and x = @p0")]
    [InlineData("select 'ann' , $1", "select ? , $1")]
    [InlineData("select 'it''s', 2", "select ?, 2")]
    [InlineData(@"select E'a\'b', 3", "select E?, 3")]
    [InlineData("do $$ secret $$ language plpgsql", "do ? language plpgsql")]
    [InlineData("do $tag$ a $$ b $tag$;", "do ?;")]
    [InlineData("select 'cut of", "select ?")]
    public void Sql_keeps_its_parameters_and_loses_its_literals(string sql, string expected) => Assert.Equal(expected, Scrub.SqlLiterals(sql));

    [Theory]
    [InlineData("Password", true)]
    [InlineData("user_email", true)]
    [InlineData("AccessToken", true)]
    [InlineData("TokenCount", false)]
    [InlineData("TenantId", false)]
    public void Names_that_give_a_value_away(string name, bool expected) => Assert.Equal(expected, Scrub.IsSensitiveName(name));
}
