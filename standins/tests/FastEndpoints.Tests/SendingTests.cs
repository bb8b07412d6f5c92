using System.Net;
using static StandIns.FastEndpoints.Tests.Requests;

namespace StandIns.FastEndpoints.Tests;

[Collection(nameof(App))]
public sealed class SendingTests(App app)
{
    [Theory]
    [InlineData("ok", 200, null, "")]
    [InlineData("json", 202, "application/json", """{"fullName":"Ada"}""")]
    [InlineData("text", 203, "text/plain", "plain")]
    [InlineData("bytes", 200, "application/x-b", "\u0001\u0002\u0003")]
    [InlineData("result", 418, "application/json", """{"a":1}""")]
    [InlineData("not-found", 404, null, "")]
    [InlineData("no-content", 204, null, "")]
    [InlineData("unauthorized", 401, null, "")]
    [InlineData("forbidden", 403, null, "")]
    [InlineData("nothing", 204, null, "")]
    public async Task Each_way_to_send_has_its_status_type_and_body(string kind, int status, string? type, string body)
    {
        var response = await app.Client.GetAsync($"/api/send/{kind}");
        Assert.Equal(status, (int)response.StatusCode);
        if (type is not null)
            Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(body, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Added_errors_are_answered_by_field()
    {
        var response = await FaultAsync("added");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("json", response.Content.Headers.ContentType?.MediaType, StringComparison.Ordinal);
        var body = await response.JsonAsync();
        Assert.Equal(400, body.GetProperty("statusCode").GetInt32());
        Assert.Equal("One or more errors occurred!", body.GetProperty("message").GetString());
        Assert.Equal("""["taken"]""", body.GetProperty("errors").GetProperty("email").GetRawText());
        Assert.Equal("""["too young","far too young"]""", body.GetProperty("errors").GetProperty("age").GetRawText());
    }

    [Theory]
    [InlineData("thrown", 409, "no way")]
    [InlineData("sent", 422, "general")]
    public async Task An_error_of_no_field_is_a_general_one(string kind, int status, string message)
    {
        var response = await FaultAsync(kind);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(message, (await response.JsonAsync()).GetProperty("errors").GetProperty("generalErrors")[0].GetString());
    }

    [Fact]
    public async Task The_form_of_an_error_can_be_chosen() => Assert.Equal(
        """{"title":"own","status":400,"reasons":["mine"]}""",
        await (await FaultAsync("own-errors")).Content.ReadAsStringAsync());

    [Fact]
    public async Task Without_errors_the_handler_goes_on() =>
        Assert.Equal("\"fine\"", await (await FaultAsync("none")).Content.ReadAsStringAsync());

    [Fact]
    public async Task The_response_property_is_sent_when_nothing_else_was() => Assert.Equal(
        """{"fullName":"Ada Lovelace"}""", await app.Client.GetStringAsync("/api/response-property"));

    [Fact]
    public async Task A_union_of_results_is_executed()
    {
        Assert.Equal("""{"fullName":"found"}""", await app.Client.GetStringAsync("/api/union?found=true"));
        Assert.Equal(HttpStatusCode.NotFound, (await app.Client.GetAsync("/api/union?found=false")).StatusCode);
    }

    [Fact]
    public async Task Services_come_by_constructor_property_and_name() => Assert.Equal(
        """["hello a","hello b","hello c"]""", await app.Client.GetStringAsync("/api/services"));

    [Fact]
    public async Task A_pre_processor_that_answers_keeps_the_handler_from_running()
    {
        var refused = await app.Client.PostAsync("/api/guarded", Json("""{ "email": "bot" }"""));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        var handled = await app.Client.PostAsync("/api/guarded", Json("""{ "email": "ada" }"""));
        Assert.Equal("\"handled\"", await handled.Content.ReadAsStringAsync());
    }

    Task<HttpResponseMessage> FaultAsync(string kind) => app.Client.PostAsync($"/api/faults/{kind}", Json("{}"));
}
